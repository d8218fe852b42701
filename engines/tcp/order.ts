import type { Side } from './facts.ts'
import type { Flow } from './flow.ts'
import { distance, type Half, type Segment } from './half.ts'

/** How long the first data of a stream without a SYN wait for others that they overtook, unless acknowledged, in µs. */
const BEGINNING = 20e3

/** What is held back for the sake of order is so no longer than this, in µs, whatever a forged acknowledgement says. */
const LONGEST_HELD = 1e6

/** Something is missed, held back, or about to be closed. */
export const isTroubled = (flow: Flow): boolean => {
  const { fromClient: client, fromServer: server } = flow
  return client.hole > 0 || server.hole > 0 || client.queue !== undefined || server.queue !== undefined || flow.closing > 0
}

/** The first kept segment of a side, when everything before it and everything it answers was delivered. */
export const deliverable = (flow: Flow, side: Side, now: number): Segment | undefined => {
  const half = flow.half(side)
  const first = half.queue?.[0]
  if (!first || !flow.opened || distance(first.sequence, half.next) > 0) return undefined
  if (isBeginning(half) && now - first.at < BEGINNING && distance(half.acked, first.sequence) <= 0) return undefined
  const other = flow.half(side === 0 ? 1 : 0)
  const early = first.acknowledged && !other.ended && distance(first.acknowledgement, other.next) > 0
  return early && now - first.at < LONGEST_HELD ? undefined : first
}

/** Nobody saw the SYN, and nothing was delivered: a packet that was overtaken may show that the stream begins earlier. */
export const isBeginning = (half: Half): boolean => !half.begun && !half.told
