import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkUsage } from '#events/network-usage.ts'
import { addSums, FLOW, noSums, readFlow, readSums, SUMS, type Sums } from './flows.ts'
import { reportOf } from './report.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const fields = fc.array(fc.integer({ min: 0, max: 1 << 20 }), { minLength: 7, maxLength: 7 })
const sums = fields.map((values) => {
  const value = new DataView(new ArrayBuffer(SUMS))
  for (const [index, each] of values.entries()) value.setBigUint64(index * 8, BigInt(each), true)
  return readSums(new Uint8Array(value.buffer))
})
const flow = fc.tuple(bytes(FLOW), sums).map(([key, sums]) => ({ ...readFlow(key, new Uint8Array(SUMS)), ...sums }))
const all = (each: readonly Sums[]): Sums => {
  const sum = noSums()
  for (const one of each) addSums(sum, one)
  return sum
}
const event = (report: ReturnType<typeof reportOf>) => ({ agent: 'web', hostname: 'web', from: 0, to: 10_000, ...report })

describe('what the kernel counted', () => {
  it('becomes an event that fits its schema, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes(FLOW), bytes(SUMS)), { maxLength: 20 }), bytes(SUMS), (entries, other) => {
        const flows = entries.map(([key, value]) => readFlow(key, value))
        const report = reportOf({ flows, others: { tcp: readSums(other), udp: noSums() } }, () => ({}))
        const { codec } = networkUsage
        expect(networkUsage.check(codec.decode(codec.encode(networkUsage.check(event(report)))))).toEqual(event(report))
      }),
    )
  })

  it('is all there in the event, which tells a thousand apart, those with the most bytes', () => {
    fc.assert(
      fc.property(fc.array(flow, { maxLength: 30 }), sums, sums, fc.integer({ min: 1, max: 200 }), (some, tcp, udp, times) => {
        const flows = Array.from({ length: times }, () => some).flat()
        const { usages, others } = reportOf({ flows, others: { tcp, udp } }, () => ({}))
        expect(all([...usages, ...others])).toEqual(all([...flows, tcp, udp]))
        expect(usages.length).toBe(Math.min(1000, flows.length))
        expect(networkUsage.check(event({ usages, others }))).toBeDefined()
      }),
      { numRuns: 50 },
    )
  })

  it('reads addresses, name and port where they lie', () => {
    const key = Buffer.alloc(FLOW)
    key.write('00000000000000000000ffff0a020007', 0, 'hex')
    key.write('20010db8000000000000000000000001', 16, 'hex')
    key.write('nginx\0left over', 32)
    key.writeUInt32LE(812, 48)
    key.writeUInt16LE(443, 52)
    key[54] = 17
    key[55] = 1
    expect(readFlow(key, new Uint8Array(SUMS))).toEqual({
      ...noSums(),
      local: '10.2.0.7',
      remote: '2001:db8::1',
      process: { pid: 812, name: 'nginx' },
      port: 443,
      transport: 'udp',
      direction: 'incoming',
    })
  })

  it('leaves out who is nobody’s business, and what is nothing', () => {
    const one = { ...readFlow(new Uint8Array(FLOW), new Uint8Array(SUMS)), process: { pid: 7, name: 'spider' } }
    const none = { tcp: noSums(), udp: noSums() }
    expect(reportOf({ flows: [one], others: none }, () => undefined)).toEqual({ usages: [], others: [] })
  })
})
