import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { call, NOON } from '#adapters/store/samples.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { Watcher } from './watcher.ts'

const keysOf = ({ http }: ExchangeDocument): string[] => [String(http?.response?.status_code ?? 'none')]
const every = { matches: () => true, bins: { width: 1000, keysOf } }
const with200 = (id: string, at = NOON) => call(id, at, { status: 200 })

describe('a watcher', () => {
  it('is told of all calls while they are few', () => {
    const watcher = new Watcher(every)
    watcher.take(with200('a'))
    watcher.take(call('b', NOON + 1500, { status: 500 }))
    const told = watcher.tell(250)!
    expect(told).toMatchObject({ items: [{ event: { id: 'a' } }, { event: { id: 'b' } }], counted: 2, skipped: 0 })
    expect(told.bins).toEqual([
      { time: NOON, key: '200', count: 1 },
      { time: NOON + 1000, key: '500', count: 1 },
    ])
    expect(watcher.tell(250)).toBeUndefined()
  })

  it('is sent so many of them in a second, the newest of each moment, and the counts of all', () => {
    const watcher = new Watcher(every)
    const sent: number[] = []
    for (let moment = 0; moment < 12; moment++) {
      for (let i = 0; i < 1250; i++) watcher.take(with200(`${moment}-${i}`))
      const { items, counted, skipped, bins } = watcher.tell(250)!
      expect(items.at(-1)!.event.id).toBe(`${moment}-1249`)
      expect([counted, items.length + skipped, bins]).toEqual([1250, 1250, [{ time: NOON, key: '200', count: 1250 }]])
      sent.push(items.length)
    }
    expect(sent).toEqual([200, ...Array(11).fill(50)])
  })

  it('counts a call that is stored again once, where it is by then', () => {
    const watcher = new Watcher({ ...every, matches: ({ spider }) => spider.status !== 'malformed' })
    const { http: _, ...pending } = with200('a')
    watcher.take(pending)
    expect(watcher.tell(250)).toMatchObject({ counted: 1, bins: [{ key: 'none', count: 1 }] })
    watcher.take(with200('a'))
    const told = watcher.tell(250)!
    expect(told).toMatchObject({ items: [{ event: { id: 'a' } }], counted: 0, skipped: 0 })
    expect(told.bins).toEqual([
      { time: NOON, key: 'none', count: -1 },
      { time: NOON, key: '200', count: 1 },
    ])
    watcher.take({ ...with200('a'), spider: { ...with200('a').spider, status: 'malformed' } })
    expect(watcher.tell(250)).toEqual({ items: [], counted: -1, skipped: 0, bins: [{ time: NOON, key: '200', count: -1 }] })
  })

  it('adds up to what a store would count, whatever is stored again and when it is told', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20), fc.constantFrom(200, 500), fc.boolean())), (steps) => {
        const watcher = new Watcher({ ...every, matches: ({ http }) => http?.response?.status_code === 200 })
        const stored = new Map<string, ExchangeDocument>()
        let [counted, inBins] = [0, 0]
        const tell = (): void => {
          const told = watcher.tell(250)
          counted += told?.counted ?? 0
          inBins += told?.bins?.reduce((sum, { count }) => sum + count, 0) ?? 0
        }
        for (const [id, status, told] of steps) {
          const document = call(`c${id}`, NOON, { status })
          stored.set(document.event.id, document)
          watcher.take(document)
          if (told) tell()
        }
        tell()
        const fit = [...stored.values()].filter(({ http }) => http?.response?.status_code === 200).length
        expect([counted, inBins]).toEqual([fit, fit])
      }),
    ))

  it('counts no bins where none are asked for', () => {
    const watcher = new Watcher({ matches: () => true })
    watcher.take(with200('a'))
    expect(watcher.tell(250)).not.toHaveProperty('bins')
  })
})
