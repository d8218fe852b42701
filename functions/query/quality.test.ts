import { expect, it } from 'vitest'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { NOON, status } from '#adapters/store/samples.case.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { qualityOf, silentFrom } from './quality.ts'

const MINUTE = 60_000
const SCOPE = { team: 'red', principal: 'test' }

const said = (at: number, next?: number): StatusDocument => {
  const document = status('web', NOON + at)
  return {
    ...document,
    spider: { ...document.spider, team: 'red', state: 'capturing', source: { ...document.spider.source, kind: 'interface' }, next },
  }
}

it('an agent is silent 40 s after it should have spoken: after 60 s unless it said that it idles', () => {
  expect([said(0), said(0, 20), said(0, 600)].map((each) => (silentFrom(each) - NOON) / 1000)).toEqual([60, 60, 640])
})

it.each([
  ['idles, and said so before the range', [said(-5 * MINUTE, 600)], []],
  ['idled, and has been due for a minute', [said(-11 * MINUTE, 600)], [0, 1, 2]],
  ['was capturing', [said(0, 20)], [1, 2]],
  ['was capturing and goes on to idle', [said(0, 20), said(20_000, 600)], []],
] as const)('the minutes of an agent that %s', async (_what, statuses, silent) => {
  const store = await openDuckDb({ directory: ':memory:' })
  await store.save(SCOPE, 'status', [...statuses])
  await store.flush()
  const { bins } = await qualityOf(store, SCOPE, NOON, NOON + 3 * MINUTE, NOON + 3 * MINUTE)
  expect(bins.filter((bin) => bin.silent.length > 0).map(({ time }) => (time - NOON) / MINUTE)).toEqual(silent)
  await store.close()
})
