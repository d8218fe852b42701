import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { pagesOf } from './calls.ts'
import { csvRecord, csvRow } from './csv.ts'

describe('a record of CSV', () => {
  it.each([
    [['a', 'b'], 'a,b'],
    [['a,b', 'say "no"', 'two\nlines', ''], '"a,b","say ""no""","two\nlines",'],
  ])('of %j', (values, line) => expect(csvRecord(values)).toBe(`${line}\r\n`))

  it.each([
    ['=1+1', "'=1+1"],
    ['+49', "'+49"],
    ['-x', "'-x"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['a=b', 'a=b'],
  ])('makes text of what a spreadsheet would run: %s', (path, cell) =>
    expect(csvRow(call('one', NOON, { path }), ['url.path'])).toBe(`${cell}\r\n`),
  )

  it('has numbers as they are, several values in one cell, and nothing where there is nothing', () => {
    const one = { ...call('one', NOON), spider: { ...call('one', NOON).spider, agents: ['a', 'b'] } }
    expect(csvRow(one, ['http.response.status_code', 'spider.agents', 'grpc.none'])).toBe('200,a; b,\r\n')
  })
})

describe('pages of an export', () => {
  const scope = { team: 'red', principal: 'test' }
  const asked: number[] = []
  let real: Store
  let store: Store
  beforeAll(async () => {
    real = await openDuckDb({ directory: ':memory:' })
    await real.save(
      scope,
      'exchanges',
      Array.from({ length: 1200 }, (_, i) => call(`c${i}`, NOON + i)),
    )
    await real.flush()
    store = Object.create(real, {
      find: {
        value: (...[of, family, search]: Parameters<Store['find']>) => {
          asked.push(search.size)
          return real.find(of, family, search)
        },
      },
    }) as Store
  })
  afterAll(() => real.close())
  const range = { from: 0, to: NOON * 2, filter: { kind: 'all' } } as const

  it.each([
    [5000, 1200, [500, 500, 500]],
    [700, 700, [500, 200]],
    [500, 500, [500]],
  ])('of %i at most: %i calls by pages of %j, each read when it is wanted', async (most, count, sizes) => {
    asked.length = 0
    const { total, pages } = await pagesOf(store, scope, { range, most })
    expect([total, asked]).toEqual([1200, [500].map((size) => Math.min(size, most))])
    let got = 0
    for await (const page of pages) got += page.length
    expect([got, asked]).toEqual([count, sizes])
  })

  it('read no further than somebody waits for', async () => {
    asked.length = 0
    for await (const _ of (await pagesOf(store, scope, { range, most: 5000 })).pages) break
    expect(asked).toEqual([500])
  })
})
