import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import { ACK, FIN, type Frame, PSH, RST, SYN } from '#engines/packet/frame.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { readSection } from '../lane/sections.ts'

/** A packet of a session, as the list of packets shows it. */
export interface SessionPacket {
  number: number
  /** µs since 1970. */
  time: number
  side: 'client' | 'server'
  /** Relative to the first of its side. */
  sequence: number
  acknowledgement: number
  flags: string
  length: number
  window: number
  captured: number
  block: string
}

const FLAGS: readonly [number, string][] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
]
const MOST_BLOCKS = 1_000
/** The latest time there is: an open session's document may be some seconds old. */
const LATEST = 8.64e15

interface Raw {
  bytes: Uint8Array
  start: number
  end: number
  originalLength: number
  linkType: number
  interfaceName: string
}

type Visit = (frame: Frame, side: 'client' | 'server', raw: Raw, block: string) => void

/** Walks the stored packets of a session in the order they were captured. Blocks that retention has let go are passed over. */
export async function walkPackets(
  ports: { store: Store; blobs: Blobs },
  scope: Scope,
  session: SessionDocument,
  visit: Visit,
): Promise<void> {
  const from = Date.parse(session.event.start)
  const to = session.spider.state === 'open' ? LATEST : Date.parse(session.event.end) + 1
  const filter = { kind: 'compare', field: 'spider.sessions', op: '=', value: session.event.id } as const
  const blocks = await ports.store.find(scope, 'packets', { from: from - 60_000, to, filter, size: MOST_BLOCKS, order: 'oldest' })
  for (const block of blocks.items) {
    const section = await readSection(ports.blobs, block.spider.ref as BlobReference)
    if (section) readBlock(section, session, block.event.id, visit)
  }
}

/** A document's time (ISO 8601 with microseconds), in µs since 1970. */
const microsOf = (iso: string): number => Date.parse(iso) * 1000 + Number(iso.slice(-4, -1))

function readBlock(section: Uint8Array, session: SessionDocument, block: string, visit: Visit): void {
  const from = microsOf(session.event.start)
  // The same ports may be used again later: what comes after the end is another connection's.
  const to = session.spider.state === 'open' ? Number.POSITIVE_INFINITY : microsOf(session.event.end)
  const decoder = new PacketDecoder(new Fragments())
  const reader: CaptureReader = new CaptureReader({
    packet: (bytes, start, end, originalLength, at, linkType, interfaceId) => {
      const frame = decoder.decode(bytes, start, end, originalLength, at, linkType, interfaceId)
      const carried = session.network.transport === 'udp' ? frame.isUdp : frame.isTcp
      const side = carried && at >= from && at <= to ? sideOf(frame, session) : undefined
      if (side)
        visit(frame, side, { bytes, start, end, originalLength, linkType, interfaceName: reader.interfaces[interfaceId].name }, block)
    },
  })
  reader.receive(section)
  reader.end()
}

function sideOf(frame: Frame, { client, server }: SessionDocument): 'client' | 'server' | undefined {
  const { sourcePort, targetPort } = frame
  const is = (from: typeof client, to: typeof server): boolean =>
    sourcePort === from.port && targetPort === to.port && frame.sourceIp() === from.ip && frame.targetIp() === to.ip
  if (is(client, server)) return 'client'
  return is(server, client) ? 'server' : undefined
}

/** The packets of a session, at most `most`, and how many there are. */
export async function listPackets(
  ports: { store: Store; blobs: Blobs },
  scope: Scope,
  session: SessionDocument,
  most: number,
): Promise<{ items: SessionPacket[]; total: number }> {
  const items: SessionPacket[] = []
  const first: { client?: number; server?: number } = {}
  let total = 0
  await walkPackets(ports, scope, session, (frame, side, raw, block) => {
    total++
    if (items.length >= most) return
    first[side] ??= frame.sequence
    const other = side === 'client' ? first.server : first.client
    items.push({
      number: total,
      time: frame.at,
      side,
      sequence: (frame.sequence - first[side]) >>> 0,
      acknowledgement: frame.flags & ACK && other !== undefined ? (frame.acknowledgement - other) >>> 0 : 0,
      flags: FLAGS.filter(([flag]) => frame.flags & flag)
        .map(([, name]) => name)
        .join(),
      length: frame.payloadLength,
      window: frame.window,
      captured: raw.end - raw.start,
      block,
    })
  })
  return { items, total }
}

/** Which packets of a session: from the `first` (1 is the first) on, so many, until they weigh so many bytes. */
export interface Slice {
  first: number
  count: number
  bytes: number
}
const ALL: Slice = { first: 1, count: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/** The packets of a session as a pcapng section. */
export async function exportPackets(
  ports: { store: Store; blobs: Blobs },
  scope: Scope,
  session: SessionDocument,
  slice: Slice = ALL,
): Promise<Uint8Array> {
  const writer = new SectionWriter()
  let [number, weight] = [0, 0]
  await walkPackets(ports, scope, session, (frame, _side, { bytes, start, end, originalLength, linkType, interfaceName }) => {
    number++
    if (number < slice.first || number >= slice.first + slice.count || weight >= slice.bytes) return
    weight += end - start
    writer.add(bytes, start, end, originalLength, frame.at, linkType, interfaceName)
  })
  return writer.finish()
}
