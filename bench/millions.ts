import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { compressBlocks, LINES_PER_BLOCK } from '#adapters/store/duckdb/blocks.ts'
import { columnType, quoted } from '#adapters/store/duckdb/columns.ts'
import { STORE_VERSION } from '#adapters/store/duckdb/database.ts'
import { blocksTable, Slices } from '#adapters/store/duckdb/slices.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { appendBlocks, insertRows } from '#adapters/store/duckdb/write.ts'
import { fieldsOf } from '#engines/query/fields.ts'

const DAY_US = 86_400_000_000
const FIRST_DAY = Date.UTC(2026, 0, 5) / 86_400_000
const DAYS = 5
const TEAM = 'local'
/** Rows made at a time. */
const STEP = LINES_PER_BLOCK * 4096
/** Counts up when the calls change. */
const EDITION = 1

export interface Millions {
  /** For `spider start --data`. */
  directory: string
  /** ms since 1970. */
  from: number
  to: number
}

/**
 * A store of so many calls of five days, in the user's cache (`$XDG_CACHE_HOME/spider`), where it is found again: made once, in the
 * tables of the adapter, by DuckDB itself, which is ten times faster than writing documents.
 * 40 services on 10 nodes; HTTP on 384 paths, a fifth of which end in one of 1000 numbers, and PostgreSQL and Redis beside it.
 */
export async function millions(count: number): Promise<Millions> {
  const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'spider')
  const directory = join(cache, `bench-${count}-${STORE_VERSION}.${EDITION}`)
  const there = { directory, from: FIRST_DAY * 86_400_000, to: (FIRST_DAY + DAYS) * 86_400_000 }
  if (existsSync(directory)) return there
  const partial = `${directory}.partial`
  rmSync(partial, { recursive: true, force: true })
  mkdirSync(partial, { recursive: true })
  const store = join(partial, 'store')
  await (await openDuckDb({ directory: store })).close()
  await fill(join(store, 'documents.duckdb'), count)
  renameSync(partial, directory)
  return there
}

async function fill(file: string, count: number): Promise<void> {
  const instance = await DuckDBInstance.create(file, { checkpoint_threshold: '1GB', memory_limit: '2GB' })
  const connection = await instance.connect()
  const slices = new Slices()
  const each = Math.ceil(count / DAYS)
  for (let day = 0; day < DAYS; day++) {
    const slice = FIRST_DAY + day
    await slices.admit(connection, 'exchanges', slice, TEAM)
    for (let done = 0; done < each; done += STEP) {
      const first = day * each + done
      const rows = Math.min(STEP, each - done)
      await makeStep(connection, slice, {
        first,
        rows,
        start: slice * DAY_US + (done * DAY_US) / each,
        gap: DAY_US / each,
      })
      process.stderr.write(`\r${(first + rows).toLocaleString('en')} of ${count.toLocaleString('en')} calls made`)
    }
  }
  process.stderr.write('\n')
  await connection.run('CHECKPOINT')
  connection.closeSync()
  instance.closeSync()
}

interface Step {
  /** Number of the first call. */
  first: number
  rows: number
  /** µs since 1970, and from one call to the next. */
  start: number
  gap: number
}

async function makeStep(connection: DuckDBConnection, slice: number, step: Step): Promise<void> {
  const fields = fieldsOf('exchanges').map((field) => `${COLUMNS[field.name] ?? `NULL::${columnType(field)}`} AS ${quoted(field.name)}`)
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE staged AS SELECT n, make_timestamp(began) AS time, ${fields.join(', ')}, ${JSON_LINE} AS json FROM (${made(step)})`,
  )
  const firstBlock = Math.ceil(step.first / LINES_PER_BLOCK)
  await insertRows(connection, 'exchanges', slice, TEAM, firstBlock, 'true')
  const lines = await connection.runAndReadAll(
    `SELECT string_agg(json, chr(10) ORDER BY n) || chr(10) FROM staged GROUP BY n // ${LINES_PER_BLOCK} ORDER BY n // ${LINES_PER_BLOCK}`,
  )
  const blocks = await compressBlocks(lines.getRows().map(([text]) => Buffer.from(String(text))))
  await appendBlocks(connection, blocksTable('exchanges', slice), firstBlock, blocks, blocks.keys())
}

/** A number in [0, 1) that follows from the call's number and a salt. */
const chance = (salt: number): string => `(hash(i, ${salt}) % 1000000) / 1e6`
const below = (most: number | string, salt: number): string => `CAST(hash(i, ${salt}) % ${most} AS BIGINT)`

/** What is drawn by lot of each call. One server is far slower in the afternoons, one fails more often than the others. */
const made = ({ first, rows, start, gap }: Step): string => `
  SELECT *, ['orders', 'carts', 'prices', 'users', 'stock', 'search', 'reviews', 'invoices', 'labels', 'offers', 'tokens', 'events'][resource + 1] AS thing,
    CASE WHEN resource % 4 = 3 THEN 'POST' ELSE 'GET' END AS method,
    '/api/v1/' || thing || '/of-' || server || CASE WHEN resource % 5 = 0 THEN '/' || number ELSE '' END AS path,
    CASE WHEN failed THEN 500 + number % 4 WHEN lot < 0.03 THEN 404 WHEN method = 'POST' THEN 201 ELSE 200 END AS status,
    CASE protocol WHEN 'redis' THEN ['GET', 'SET', 'HGETALL'][number % 3 + 1] ELSE ['SELECT', 'INSERT', 'UPDATE'][number % 3 + 1] END AS verb,
    verb || CASE protocol WHEN 'redis' THEN ' cart:' ELSE ' ' || thing || ' WHERE id = ' END || number AS query
  FROM (SELECT *, 'service-' || server || '.shop.example' AS host,
      md5((i // 500 * 500 + place)::VARCHAR) AS session, md5(i::VARCHAR) AS trace, left(md5((-i)::VARCHAR), 16) AS span,
      (server * 7 + ${below(4, 1)}) % 40 AS client,
      CASE server % 10 WHEN 8 THEN 'postgresql' WHEN 9 THEN 'redis' ELSE 'http' END AS protocol,
      ${chance(2)} < CASE server WHEN 3 THEN 0.05 ELSE 0.004 END AS failed,
      CAST((300 + 150 * server) * CASE WHEN server = 17 AND began // 3600000000 % 24 > 14 THEN 8 ELSE 1 END * exp(${chance(3)} * 2 + pow(${chance(4)}, 8) * 4) AS BIGINT) AS took,
      CASE WHEN ${chance(5)} < 0.999 THEN 'complete' ELSE 'incomplete' END AS seen
    FROM (SELECT n, n + ${first} AS i, CAST(${start} + (n + ${chance(6)}) * ${gap} AS BIGINT) AS began,
        CAST(floor(pow(${chance(7)}, 2) * 40) AS BIGINT) AS server, ${below(500, 8)} AS place, ${below(12, 9)} AS resource, ${below(1000, 10)} AS number,
        ${below(400, 11)} + 200 AS bytes, ${below('8000', 12)} AS size, ${chance(13)} AS lot
      FROM (SELECT n, n + ${first} AS i FROM range(${rows}) r(n))))`

const http = (value: string): string => `CASE protocol WHEN 'http' THEN ${value} END`
const database = (value: string): string => `CASE protocol WHEN 'http' THEN NULL ELSE ${value} END`

/** The columns that such calls have, by the names of fields. */
const COLUMNS: Record<string, string> = {
  'event.id': `session || '-' || i`,
  'event.action': `CASE protocol WHEN 'http' THEN method ELSE verb END`,
  'event.outcome': `CASE WHEN failed THEN 'failure' ELSE 'success' END`,
  'event.duration': 'took * 1000',
  'client.ip': `'10.1.' || client || '.' || (client % 3 + 1)`,
  'client.port': '30000 + place',
  'client.domain': `'service-' || client || '.shop.example'`,
  'server.ip': `'10.1.' || server || '.' || (place % 3 + 1)`,
  'server.port': '8080',
  'server.domain': 'host',
  'network.protocol': 'protocol',
  'network.transport': `'tcp'`,
  'http.version': http(`'1.1'`),
  'http.request.method': http('method'),
  'http.request.bytes': http('bytes'),
  'http.request.body.bytes': http('0'),
  'http.response.status_code': http('status'),
  'http.response.mime_type': http(`'application/json'`),
  'http.response.bytes': http('size + 160'),
  'http.response.body.bytes': http('size'),
  'url.domain': http('host'),
  'url.scheme': http(`'http'`),
  'url.port': http('8080'),
  'url.path': http('path'),
  'url.full': http(`'http://' || host || ':8080' || path`),
  'user_agent.original': http(`'shop/1.' || client`),
  'db.system.name': database('protocol'),
  'db.operation.name': database('verb'),
  'db.query.text': database('query'),
  'spider.summary': database('query'),
  'spider.request.bytes': database('bytes'),
  'spider.response.bytes': database('size'),
  'trace.id': 'trace',
  'span.id': 'span',
  'spider.status': 'seen',
  'spider.agents': `['node-' || (server % 10) || '.k3f9']`,
  'spider.session.id': 'session',
}

const iso = (us: string): string => `strftime(make_timestamp(${us}), '%Y-%m-%dT%H:%M:%S.%fZ')`
/** SQL that fills {{…}} of a text with columns or expressions: all at once, as each `||` would copy what is there again. */
const text = (template: string): string => `concat('${template.replaceAll(/\{\{(.*?)\}\}/g, (_, inner: string) => `', ${inner}, '`)}')`

/** The document, with few headers. */
const JSON_LINE = `concat(${[
  text(
    `{"@timestamp":"{{${iso('began')}}}","event":{"id":"{{session}}-{{i}}","start":"{{${iso('began')}}}","end":"{{${iso('began + took')}}}","duration":{{took * 1000}},"action":"{{${COLUMNS['event.action']}}}","outcome":"{{${COLUMNS['event.outcome']}}}"},"client":{"ip":"{{${COLUMNS['client.ip']}}}","port":{{30000 + place}},"domain":"{{${COLUMNS['client.domain']}}}"},"server":{"ip":"{{${COLUMNS['server.ip']}}}","port":8080,"domain":"{{host}}"},"network":{"protocol":"{{protocol}}","transport":"tcp"},"trace":{"id":"{{trace}}"},"span":{"id":"{{span}}"},`,
  ),
  `CASE protocol WHEN 'http' THEN ${text(
    `"http":{"version":"1.1","request":{"method":"{{method}}","bytes":{{bytes}},"headers":[["Host","{{host}}:8080"],["User-Agent","shop/1.{{client}}"],["Accept","application/json"]],"body":{"bytes":0}},"response":{"status_code":{{status}},"reason":"OK","bytes":{{size + 160}},"mime_type":"application/json","headers":[["Content-Type","application/json"],["Content-Length","{{size}}"]],"body":{"bytes":{{size}}}}},"url":{"original":"{{path}}","full":"http://{{host}}:8080{{path}}","scheme":"http","domain":"{{host}}","port":8080,"path":"{{path}}"},"user_agent":{"original":"shop/1.{{client}}"},`,
  )} ELSE ${text(`"db":{"system":{"name":"{{protocol}}"},"operation":{"name":"{{verb}}"},"query":{"text":"{{query}}"}},`)} END`,
  text(`"spider":{"team":"local","agents":["node-{{server % 10}}.k3f9"],"session":{"id":"{{session}}"},`),
  `CASE protocol WHEN 'http' THEN '' ELSE ${text(`"summary":"{{query}}","request":{"bytes":{{bytes}}},"response":{"bytes":{{size}}},`)} END`,
  text(
    `"status":"{{seen}}","missing":[],"time":{"request":{"first":{{began}},"last":{{began}}},"response":{"first":{{began + took - 50}},"last":{{began + took}}}}}}`,
  ),
].join(', ')})`
