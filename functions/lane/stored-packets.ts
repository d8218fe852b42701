import type { BlobReference, Blobs } from '#adapters/blobs/port.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { PacketDecoder } from '#engines/packet/decode.ts'
import { Fragments } from '#engines/packet/fragments.ts'
import type { Frame } from '#engines/packet/frame.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { PacketsDocument } from '#events/documents/packets.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { readSection } from './sections.ts'

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

export type Visit = (frame: Frame, side: 'client' | 'server', raw: Raw, block: string) => void

/**
 * Walks the stored packets of a session in the order they were captured: those of one lane (`<agent>/<lane>`), or of all agents that saw it.
 * Blocks that retention has let go are passed over. Answers how many were there.
 */
export async function walkPackets(
  ports: { store: Store; blobs: Blobs },
  scope: Scope,
  session: SessionDocument,
  visit: Visit,
  lane?: string,
): Promise<number> {
  const decoder = new PacketDecoder(new Fragments())
  let found = 0
  for (const block of await blocksOf(ports.store, scope, session, lane)) {
    const section = await readSection(ports.blobs, block.spider.ref as BlobReference)
    if (!section) continue
    readBlock(section, session, block.event.id, visit, decoder)
    found++
  }
  return found
}

async function blocksOf(store: Store, scope: Scope, session: SessionDocument, lane: string | undefined): Promise<PacketsDocument[]> {
  const from = Date.parse(session.event.start)
  const to = session.spider.state === 'open' ? LATEST : Date.parse(session.event.end) + 1
  const filter = { kind: 'compare', field: 'spider.sessions', op: '=', value: session.event.id } as const
  const search = { from: from - 60_000, to, filter, size: MOST_BLOCKS, order: 'oldest' } as const
  if (lane === undefined) return (await store.find(scope, 'packets', search)).items
  const blocks: PacketsDocument[] = []
  let after: string | undefined
  do {
    const page = await store.find(scope, 'packets', { ...search, ...(after !== undefined && { after }) })
    blocks.push(...page.items.filter(({ spider }) => spider.lane === lane))
    after = page.next
  } while (after !== undefined)
  return blocks.sort((one, other) => one.spider.sequence - other.spider.sequence)
}

/** A document's time (ISO 8601 with microseconds), in µs since 1970. */
const microsOf = (iso: string): number => Date.parse(iso) * 1000 + Number(iso.slice(-4, -1))

function readBlock(section: Uint8Array, session: SessionDocument, block: string, visit: Visit, decoder: PacketDecoder): void {
  const from = microsOf(session.event.start)
  // The same ports may be used again later: what comes after the end is another connection's.
  const to = session.spider.state === 'open' ? Number.POSITIVE_INFINITY : microsOf(session.event.end)
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
