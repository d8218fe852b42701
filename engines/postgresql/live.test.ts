import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { playRecorded, startProxy } from '../protocols/proxy.case.ts'
import { inShort } from '../protocols/script.case.ts'
import { postgresql } from './protocol.ts'
import { hasPostgres, PASSWORD, type PostgresServer, startPostgres } from './server.case.ts'

describe.skipIf(!hasPostgres)('a real PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    server = await startPostgres()
    await server.psql(server.port, 'create table items (id int primary key, name text, price numeric, at timestamptz default now())')
  }, 60_000)
  afterAll(() => server?.stop())

  /** What clients said through a proxy, and what the reader made of it, a line a call. */
  const record = async (talk: (port: number) => Promise<unknown>): Promise<string[]> => {
    const proxy = await startProxy({ port: server.port })
    await talk(proxy.port)
    await proxy.close()
    return proxy.connections.flatMap((said) => {
      const { calls } = playRecorded(postgresql, said)
      const lines = calls.map(inShort)
      expect(playRecorded(postgresql, said, { segment: 333, restart: true }).calls.map(inShort)).toEqual(lines)
      expect(JSON.stringify(calls)).not.toContain(PASSWORD)
      return lines.map((line) => line.replace(/^-?\d+ /, '').replaceAll('\n', '⏎'))
    })
  }
  const connect = (port: number) =>
    postgres({ host: '127.0.0.1', port, user: 'ann', password: PASSWORD, database: 'postgres', max: 1, onnotice: () => undefined })

  it('is read, asked by psql', async () => {
    const lines = await record((port) =>
      server.psql(
        port,
        "insert into items (id, name) values (1,'a'), (2,null);\nselect id, name from items order by id;\nselect 1/0;\ncopy items (id, name) from stdin;\n3\tc\n\\.\n" +
          "copy items (id) to stdout;\nbegin; savepoint s; select nope; rollback;\nalter user ann password 'hunter2';\nlisten ch; notify ch, 'hello';\ndo $$ begin raise notice 'note'; end $$;\n",
      ),
    )
    expect(lines.slice(0, 2)).toEqual([
      'complete success: SSLREQUEST > refused',
      expect.stringMatching(/^complete success: STARTUP user=ann .* > \{"authentication":"sasl SCRAM-SHA-256"/),
    ])
    expect(lines).toContain('complete success: select id, name from items order by id; > {"id":1,"name":"a"}⏎{"id":2,"name":null}⏎')
    expect(lines).toContain('complete failure: select 1/0; > -')
    expect(lines).toContain('complete success: copy items (id) to stdout; > 1⏎2⏎3⏎')
    expect(lines).toContain("complete success: alter user ann password '***'; > -")
    expect(lines).toContainEqual(expect.stringMatching(/^complete success: NOTIFY ch hello > /))
    expect(lines.filter((line) => !line.startsWith('complete '))).toEqual([])
    expect(lines).toHaveLength(16)
  })

  it('is read, asked by a driver that pipelines', async () => {
    const lines = await record(async (port) => {
      const sql = connect(port)
      const queries = Array.from({ length: 60 }, (_, i) => sql`select ${i}::int as i, ${`text ${i}`} as t`)
      await Promise.all([...queries, sql`select 1/${0}::int`.catch(() => undefined), sql`select ${7}::int as i, ${'again'} as t`])
      await sql.begin(async (transaction) => {
        await transaction`insert into items ${transaction([{ id: 10, price: '1.50' }])}`
        await transaction`update items set name = ${'z'} where id > ${1}`
      })
      for await (const rows of sql`select * from generate_series(1, 5) g`.cursor(2)) expect(rows.length).toBeLessThan(3)
      await sql.unsafe('select 1; select 2; update items set price = 1.5')
      await sql.end()
    })
    for (let i = 0; i < 60; i++) expect(lines).toContain(`complete success: select $1::int as i, $2 as t > {"i":${i},"t":"text ${i}"}⏎`)
    expect(lines).toContain('complete success: select $1::int as i, $2 as t > {"i":7,"t":"again"}⏎')
    expect(lines).toContain('complete failure: select 1/$1::int > -')
    expect(lines).toContain('complete success: update items set name = $1 where id > $2 > -')
    expect(lines.filter((line) => line.startsWith('complete success: select * from generate_series(1, 5) g > '))).toEqual(
      ['{"g":1}⏎{"g":2}⏎', '{"g":3}⏎{"g":4}⏎', '{"g":5}⏎'].map(
        (rows) => `complete success: select * from generate_series(1, 5) g > ${rows}`,
      ),
    )
    expect(lines).toContain('complete success: select 1; select 2; update items set price = 1.5 > {"?column?":1}⏎{"?column?":2}⏎')
    expect(lines.filter((line) => !line.startsWith('complete '))).toEqual([])
  })

  it('is read while it notifies, and when a query is cancelled', async () => {
    const lines = await record(async (port) => {
      const sql = connect(port)
      await sql.listen('news', () => undefined)
      await sql.notify('news', 'extra')
      const slow = sql`select pg_sleep(10)`.execute()
      setTimeout(() => slow.cancel(), 200)
      await slow.catch(() => undefined)
      await sql.end()
    })
    expect(lines).toContainEqual(expect.stringMatching(/^complete success: NOTIFY news extra > \{"channel":"news"/))
    expect(lines).toContainEqual(expect.stringMatching(/^complete unknown: CANCEL pid \d+ > -$/))
    expect(lines).toContainEqual('complete failure: select pg_sleep(10) > -')
  })
})
