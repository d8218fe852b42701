import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import { cpuOf, HOUR } from '#engines/license/hours.ts'
import { licenseUsage } from '#events/license-usage.ts'
import type { Books } from './books.ts'
import { license } from './handler.ts'
import { LEDGER, Ledger, openLedger } from './ledger.ts'

const now = Date.UTC(2027, 2, 1, 12)
const usage = (cpu: number, at = now - 1000, meter = 'parsing/1') => ({ meter, part: meter.split('/')[0], from: now - HOUR, at, cpu })
const sum = ({ hours }: Ledger): number => [...hours.keys()].reduce((total, hour) => total + cpuOf(hours, hour), 0)

let books: Books<Ledger>
beforeEach(async () => {
  books = openLedger(await openState())
})

describe('the ledger', () => {
  it('counts each reading once, in any order, however often it comes, over restarts of the function', async () => {
    const readings = [usage(100, now - 3_000_000), usage(700, now - 2_000_000), usage(1_500, now - 1_000_000), usage(1_600, now)]
    const deliveries = fc.shuffledSubarray([...readings, ...readings, usage(40, now, 'ingest/2')], { minLength: 9 })
    await fc.assert(
      fc.asyncProperty(deliveries, async (deliveries) => {
        let ledger = new Ledger(new Map())
        const checkpoints = new Map<string, Uint8Array>()
        for (const delivery of deliveries) {
          ledger.take(delivery, now)
          for (const [name, bytes] of await ledger.settle()) if (bytes) checkpoints.set(name, bytes)
          ledger = new Ledger(checkpoints)
        }
        expect(sum(ledger)).toBe(1_640)
      }),
    )
  })

  it('keeps what makes no sense, with the reason', async () => {
    const handle = license({ books, now: () => now })
    const send = (data: ReturnType<typeof usage>) =>
      handle(
        licenseUsage.make('/functions/parsing', data, { id: `${data.meter}/${data.at}/${data.cpu}`, time: new Date(now).toISOString() }),
      )
    await Promise.all([
      send(usage(10)),
      send(usage(-1)),
      send(usage(1e12)),
      send(usage(20, now + HOUR)),
      send(usage(20, now - 8 * 24 * HOUR)),
    ])
    const ledger = await books.read(LEDGER)
    expect(sum(ledger)).toBe(10)
    expect(ledger.doubted.map(({ reason }) => reason).sort()).toEqual(['a jump', 'from the future', 'negative', 'too late'])
  })

  it('forgets meters that are silent for long, and hours that are old', async () => {
    const ledger = new Ledger(new Map())
    ledger.take(usage(1_000), now)
    await ledger.settle()
    const later = now + 900 * 24 * HOUR
    ledger.take({ ...usage(5, later, 'ingest/9'), from: later - 10 }, later)
    const gone = [...(await ledger.settle())].filter(([, bytes]) => bytes === null).map(([name]) => name.split('/')[0])
    expect(gone.sort()).toEqual(['hours', 'meter'])
  })
})
