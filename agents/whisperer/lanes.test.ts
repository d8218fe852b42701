import { describe, expect, it } from 'vitest'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { CaptureStatistics } from '#engines/pcap/sink.ts'
import { micros } from '#engines/time.ts'
import { type Batch, Lanes } from './lanes.ts'

const read = (section: Uint8Array) => {
  const packets: number[][] = []
  const counters: CaptureStatistics[] = []
  const reader = new CaptureReader({
    packet: (bytes, start, end) => packets.push([...bytes.subarray(start, end)]),
    statistics: (_, found) => counters.push(found),
  })
  reader.receive(section)
  reader.end()
  expect(reader.problem).toBeUndefined()
  return { packets, counters, interfaces: reader.interfaces }
}

const start = (options: Partial<{ batchBytes: number; batchAge: number }> = {}) => {
  const batches: Batch[] = []
  const interfaces = [{ name: 'eth0', linkType: 1, snapLength: 0 }]
  const lanes = new Lanes({ lanes: 4, batchBytes: 1000, batchAge: 500, ...options }, interfaces, (batch) => batches.push(batch))
  const decoder = new PacketDecoder()
  const add = (lane: number, ...bytes: number[]) =>
    lanes.add(lane, decoder.decode(Uint8Array.from(bytes), 0, bytes.length, bytes.length, micros(5e6), 1, 0))
  return { lanes, batches, add }
}

describe('lanes', () => {
  it('tells a lane that fell quiet the time, ever more seldom, and in the end no more', () => {
    const { lanes, batches, add } = start()
    lanes.turn(1000)
    add(0, 1)
    for (let now = 1000; now < 300_000; now += 100) lanes.turn(now)
    const [first, ...beats] = batches
    expect(first.packets).toBe(1)
    expect(beats.map(({ lane, packets }) => [lane, packets])).toEqual(new Array(6).fill([0, 0]))
    const times: number[] = []
    for (const { section } of beats) {
      const reader = new CaptureReader({ packet: () => {}, statistics: (_id, _counters, at) => times.push(at / 1e6) })
      reader.receive(section)
      reader.end()
    }
    expect(times).toEqual([7, 9, 13, 21, 37, 69])
  })

  it('closes a batch that is full, and only that', () => {
    const { batches, add } = start()
    for (let i = 0; i < 40; i++) add(i % 2, i, i, i)
    expect(batches.map(({ lane }) => lane)).toEqual([])
    for (let i = 0; i < 40; i++) add(1, i, i, i)
    expect(batches.map(({ lane, packets }) => [lane, packets])).toEqual([
      [1, 27],
      [1, 27],
    ])
    expect(read(batches[0].section).packets[1]).toEqual([3, 3, 3])
    expect(read(batches[0].section).interfaces).toMatchObject([{ name: 'eth0', linkType: 1 }])
  })

  it('closes batches by their age', () => {
    const { lanes, batches, add } = start()
    lanes.turn(1000)
    add(0, 1)
    lanes.turn(1300)
    add(1, 2)
    lanes.turn(1499)
    expect(batches).toEqual([])
    lanes.turn(1500)
    expect(batches.map(({ lane }) => lane)).toEqual([0])
    lanes.turn(1800)
    expect(batches.map(({ lane }) => lane)).toEqual([0, 1])
    lanes.flush()
    expect(batches.length).toBe(2)
  })

  it('tells each lane what was dropped, once', () => {
    const { lanes, batches, add } = start()
    add(0, 1)
    lanes.overflow(0, 0)
    lanes.overflow(0, 0)
    lanes.kernelDrops(0, 7)
    lanes.flush()
    const told = batches.map(({ lane, section }) => [lane, read(section).counters])
    expect(told).toEqual([
      [0, [{ accepted: 10, droppedByKernel: 7, delivered: 1 }]],
      ...[1, 2, 3].map((lane) => [lane, [{ accepted: 7, droppedByKernel: 7, delivered: 0 }]]),
    ])
    add(0, 1)
    lanes.flush()
    expect(read(batches[4].section)).toMatchObject({ packets: [[1]], counters: [] })
  })
})
