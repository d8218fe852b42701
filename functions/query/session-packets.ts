import type { Blobs } from '#adapters/blobs/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { ACK, FIN, PSH, RST, SYN } from '#engines/packet/frame.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { walkPackets } from '../lane/stored-packets.ts'

const FLAGS: readonly [number, string][] = [
  [SYN, 'SYN'],
  [FIN, 'FIN'],
  [RST, 'RST'],
  [PSH, 'PSH'],
  [ACK, 'ACK'],
]
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

/** What a section says beside the packets: the key log that opens its TLS, and what its addresses are called. */
export interface Beside {
  keyLog?: string
  names?: readonly { ip: string; name: string }[]
}

/** The packets of a session as a pcapng section. */
export async function exportPackets(
  ports: { store: Store; blobs: Blobs },
  scope: Scope,
  session: SessionDocument,
  slice: Slice = ALL,
  { keyLog = '', names = [] }: Beside = {},
): Promise<Uint8Array> {
  const writer = new SectionWriter()
  if (keyLog !== '') writer.secrets(new TextEncoder().encode(keyLog))
  writer.names(names)
  let [number, weight] = [0, 0]
  await walkPackets(ports, scope, session, (frame, _side, { bytes, start, end, originalLength, linkType, interfaceName }) => {
    number++
    if (number < slice.first || number >= slice.first + slice.count || weight >= slice.bytes) return
    weight += end - start
    writer.add(bytes, start, end, originalLength, frame.at, linkType, interfaceName)
  })
  return writer.finish()
}
