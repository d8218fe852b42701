import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { agentStatus } from '#events/agent-status.ts'
import type { Event } from '#events/define.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { type Bus, Transient } from './port.ts'

/** What the suite needs of an adapter under test: a bus, and one function behind it that wants `packets.captured` and `lane.advanced`. */
export interface BusUnderTest {
  bus: Bus
  /** Waits until so many events came to the function, and answers all that came. */
  received(count: number): Promise<Event[]>
  /** From now on the bus cannot take events. */
  clog(): Promise<void>
  remove(): Promise<void>
}

export const lane = (sequence: number): Event =>
  laneAdvanced.make(
    '/functions/ingest',
    { lane: 'web-1.k3f9/3', sequence },
    { id: `web-1.k3f9/3/${sequence}`, time: '2026-01-05T10:00:00.000Z', partitionkey: 'web-1.k3f9/3', sequence },
  )

/** A section of `length` bytes: what stands behind its first block is the receiver's business. */
export const packets = (length: number): Event => {
  const section = Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255)
  section.set(packetsCaptured.example)
  return packetsCaptured.make('/agents/web-1.k3f9', section, {
    id: 'web-1.k3f9/3/1',
    time: '2026-01-05T10:00:00.000Z',
    subject: 'π % "quoted" é',
    partitionkey: 'web-1.k3f9/3',
    sequence: 1,
  })
}

/** What every `Bus` does, whatever it stands on. */
export function busContract(name: string, make: () => Promise<BusUnderTest>): void {
  describe(`${name}: the contract of Bus`, () => {
    let world: BusUnderTest
    beforeEach(async () => {
      world = await make()
    })
    afterEach(() => world.remove())

    it('hands an event over with all its attributes', async () => {
      const event = { ...lane(7), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }
      await world.bus.publish(event)
      expect(await world.received(1)).toEqual([event])
    })

    it('hands bytes over unharmed', async () => {
      const event = packets(300_000)
      await world.bus.publish(event)
      const [received] = await world.received(1)
      expect({ ...received, data: undefined }).toEqual({ ...event, data: undefined })
      expect(Buffer.compare(received.data as Uint8Array, event.data as Uint8Array)).toBe(0)
    })

    it('hands over each of many published at once', async () => {
      await Promise.all(Array.from({ length: 50 }, (_, i) => world.bus.publish(lane(i + 1))))
      const sequences = (await world.received(50)).map((event) => event.sequence!)
      expect([...new Set(sequences)].sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    })

    it('accepts an event that nobody wants', async () => {
      await world.bus.publish(agentStatus.make('/agents/web-1', agentStatus.example, { id: 's', time: '2026-01-05T10:00:00.000Z' }))
      await world.bus.publish(lane(1))
      expect((await world.received(1)).map((event) => event.type)).toEqual(['lane.advanced.v1'])
    })

    it('rejects with Transient, and a time to wait, when it cannot take an event now', async () => {
      await world.clog()
      const refusal = await world.bus.publish(lane(1)).catch((error) => error)
      expect(refusal).toBeInstanceOf(Transient)
      expect(refusal.retryAfterMs).toBeGreaterThan(0)
    })
  })
}
