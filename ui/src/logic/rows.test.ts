import { describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { arrive, flood, letIn, MOST_LIVE, merge, NO_ROWS } from './rows.ts'

const call = (at: number, id = `c${at}`, duration = 0): ExchangeDocument => ({
  '@timestamp': new Date(at * 1000).toISOString(),
  event: { id, start: '', end: '', duration },
  client: { ip: '::1', port: 1 },
  server: { ip: '::1', port: 2 },
  network: { protocol: 'http', transport: 'tcp' },
  spider: { team: 't', agents: [], session: { id: 's' }, status: 'complete', missing: [], time: {} },
})
const ids = (calls: ExchangeDocument[]) => calls.map(({ event }) => event.id).join(' ')

describe('rows of the grid', () => {
  it('are merged newest first, each once, the fresh one kept', () => {
    const merged = merge([call(5), call(3), call(1)], [call(2), call(3, 'c3', 7), call(6), call(6)])
    expect(ids(merged)).toBe('c6 c5 c3 c2 c1')
    expect(merged[2].event.duration).toBe(7)
  })
  it('let new calls in while followed', () => expect(ids(arrive({ ...NO_ROWS, items: [call(1)] }, [call(2)], true).items)).toBe('c2 c1'))
  it('stay where they are while read, and let in later', () => {
    const reading = arrive({ ...NO_ROWS, items: [call(3), call(1)] }, [call(4), call(2), call(1, 'c1', 9)], false)
    expect([ids(reading.items), ids(reading.waiting), reading.items[1].event.duration]).toEqual(['c3 c1', 'c4 c2', 9])
    expect(ids(letIn(reading).items)).toBe('c4 c3 c2 c1')
    expect(letIn(reading).waiting).toEqual([])
  })
  it('do not grow without a bound', () => {
    const many = Array.from({ length: MOST_LIVE + 50 }, (_, i) => call(i))
    expect(arrive(NO_ROWS, many, true).items.length).toBe(MOST_LIVE)
    expect(arrive(NO_ROWS, many, false)).toMatchObject({ waiting: { length: MOST_LIVE }, skipped: 50 })
  })
  it('in a flood have holes while followed, else the calls that were not sent wait with the others', () => {
    expect(flood(NO_ROWS, [call(1)], 9, true)).toMatchObject({ holes: true, skipped: 0 })
    expect(flood({ ...NO_ROWS, skipped: 1 }, [call(1)], 9, false)).toMatchObject({ holes: false, skipped: 10, items: [] })
    expect(flood(NO_ROWS, [call(1)], 0, true).holes).toBe(false)
  })
})
