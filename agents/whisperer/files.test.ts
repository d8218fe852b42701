import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { type Bus, Transient } from '#adapters/bus/port.ts'
import { openFile } from '#adapters/capture/files/open.ts'
import { CaptureRefused } from '#adapters/capture/port.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import { micros } from '#engines/time.ts'
import type { Event } from '#events/define.ts'
import { isEndOfCapture } from '#events/packets-captured.ts'
import { newIdentity } from '../agent/identity.ts'
import type { FileReport } from './files.ts'
import { defaults, type Options } from './options.ts'
import { Whisperer } from './whisperer.ts'

const folder = mkdtempSync(join(tmpdir(), 'whisperer-files-'))
afterAll(() => rmSync(folder, { recursive: true }))
const SHOP = fileURLToPath(new URL('../../test/fixtures/shop.pcap.gz', import.meta.url))

const packetsOf = (bytes: Uint8Array): string[] => {
  const packets: string[] = []
  const reader = new CaptureReader({
    packet: (from, start, end, length, at) => packets.push(`${at} ${length} ${Buffer.from(from.subarray(start, end)).toString('base64')}`),
  })
  reader.receive(bytes)
  reader.end()
  return packets
}

const send = async (
  paths: string[],
  publish: Bus['publish'] = async () => {},
  options: Partial<Options> = {},
  look: (report: FileReport) => void = () => {},
) => {
  const events: Event<Uint8Array>[] = []
  const reports: FileReport[] = []
  const bus: Bus = {
    async publish(event) {
      await publish(event)
      if (event.type.startsWith('packets')) events.push(event as Event<Uint8Array>)
    },
  }
  const progress = (report: FileReport): void => {
    look(report)
    reports.push(report)
  }
  const source = { kind: 'file' as const, open: openFile, paths, progress }
  const whisperer = new Whisperer({ bus, source, options: { ...defaults(), ...options }, identity: newIdentity('f', '0') })
  await whisperer.start()
  await whisperer.ended
  return { events, reports, outcome: await whisperer.stop(), status: whisperer.status() }
}

describe('whisperer, files', () => {
  it('sends exactly the packets of a file, each lane with its end', async () => {
    const { events, reports, outcome, status } = await send([SHOP])
    const expected = packetsOf(gunzipSync(readFileSync(SHOP)))
    const sent = events.flatMap(({ data }) => packetsOf(data))
    expect(sent.length).toBe(expected.length)
    expect(new Set(sent)).toEqual(new Set(expected))
    const lanes = Map.groupBy(events, ({ partitionkey }) => partitionkey)
    for (const lane of lanes.values()) {
      expect(lane.map(({ sequence }) => sequence)).toEqual(lane.map((_, i) => i + 1))
      expect(lane.map(({ data }) => isEndOfCapture(data)).indexOf(true)).toBe(lane.length - 1)
    }
    expect(outcome).toMatchObject({ spooled: 0, lost: 0, message: undefined, files: [{ problem: undefined }] })
    expect(reports.at(-1)!.read).toBe(reports.at(-1)!.size)
    expect(status.spider).toMatchObject({
      state: 'stopped',
      captured: { packets: expected.length },
      source: { kind: 'file', names: [SHOP] },
    })
  })

  it('reads no faster than it is taken', async () => {
    const writer = new SectionWriter()
    const packet = new Uint8Array(1000)
    const path = join(folder, 'large.pcapng')
    for (let i = 0; i < 30_000; i++) {
      // IPv4, TCP: ports count up, so that all lanes have some.
      packet.set([
        0x45,
        0,
        3,
        0xe8,
        0,
        0,
        0,
        0,
        64,
        6,
        0,
        0,
        10,
        0,
        0,
        1,
        10,
        0,
        0,
        2,
        i >> 8,
        i & 255,
        0,
        80,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0x50,
        16,
      ])
      writer.add(packet, 0, 1000, 1000, micros(1e6 + i), 101, 'eth0')
    }
    writeFileSync(path, writer.finish())
    let taken = 0
    let ahead = 0
    const { events } = await send(
      [path],
      async (event) => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        if (event.type.startsWith('packets')) taken += (event.data as Uint8Array).length
      },
      { memory: 4 << 20, batchSize: 256 << 10 },
      ({ read }) => {
        ahead = Math.max(ahead, read - taken)
      },
    )
    expect(events.flatMap(({ data }) => packetsOf(data)).length).toBe(30_000)
    expect(ahead).toBeLessThan(8 << 20)
  })

  it('tries again until everything is taken', async () => {
    let fails = 7
    const { events, status } = await send([SHOP], async ({ type }) => {
      if (type.startsWith('packets') && fails-- > 0) throw new Transient('not now', 1)
    })
    expect(events.flatMap(({ data }) => packetsOf(data)).length).toBe(status.spider.captured.packets)
    expect(status.spider.sent.retries).toBe(7)
  })

  it('tells what is wrong with a file, after all that was right', async () => {
    const bytes = gunzipSync(readFileSync(SHOP))
    const cut = join(folder, 'cut.pcap')
    writeFileSync(cut, bytes.subarray(0, bytes.length - 7))
    const { events, outcome } = await send([cut])
    expect(outcome.files[0].problem).toMatchObject({ code: 'cut' })
    expect(events.flatMap(({ data }) => packetsOf(data)).length).toBe(packetsOf(bytes).length - 1)
    const text = join(folder, 'text')
    writeFileSync(text, 'no capture')
    expect((await send([text])).outcome.files[0].problem).toMatchObject({ code: 'not-a-capture' })
    await expect(send([join(folder, 'none')])).rejects.toThrow(CaptureRefused)
  })
})
