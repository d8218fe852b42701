import type { SessionPacket } from '#events/documents/session-packet.ts'

export type Mark = 'again' | 'out of order' | 'gap' | 'zero window' | 'keep-alive'

/** What a connection's packets show of how it went. Sequence numbers are relative. */
export interface Transmission {
  /** Index of a packet, and what is the matter with it. */
  marks: Map<number, Mark>
  /** From data to its acknowledgement, µs, of what was sent once (Karn's rule, RFC 6298, section 3). `side` sent the data. */
  roundTrips: { time: number; side: SessionPacket['side']; micros: number }[]
  /** Stretches in which a side could take no more. */
  stalls: { side: SessionPacket['side']; from: number; to: number }[]
}

const MOST_WAITING = 1000

class Half {
  highest = -1
  /** Ends of data that was sent once and is not acknowledged. */
  waiting: { end: number; time: number }[] = []
  /** Stretches that were stepped over. */
  gaps: { from: number; to: number }[] = []
  stalled: number | undefined
}

export function transmission(packets: SessionPacket[]): Transmission {
  const out: Transmission = { marks: new Map(), roundTrips: [], stalls: [] }
  const halves = { client: new Half(), server: new Half() }
  packets.forEach((packet, i) => {
    const [own, other] = packet.side === 'client' ? [halves.client, halves.server] : [halves.server, halves.client]
    const mark = sent(own, packet)
    if (mark) out.marks.set(i, mark)
    acknowledged(other, packet, packet.side === 'client' ? 'server' : 'client', out)
    const stall = window(own, packet, out)
    if (stall) out.marks.set(i, stall)
  })
  const last = packets.at(-1)?.time ?? 0
  for (const side of ['client', 'server'] as const)
    if (halves[side].stalled !== undefined) out.stalls.push({ side, from: halves[side].stalled, to: last })
  return out
}

function sent(own: Half, { sequence, length, flags, time }: SessionPacket): Mark | undefined {
  const syn = flags.includes('SYN') ? 1 : 0
  const end = sequence + length + syn
  if (length === 0) {
    own.highest = Math.max(own.highest, end)
    return undefined
  }
  if (own.highest < 0) own.highest = sequence
  if (sequence < own.highest) {
    // A byte that was acknowledged already is sent to ask whether the other is there (RFC 9293, section 3.8.4).
    if (length <= 1 && end === own.highest && !own.waiting.some((each) => each.end >= end)) return 'keep-alive'
    const gap = own.gaps.findIndex(({ from, to }) => sequence < to && end > from)
    own.waiting = own.waiting.filter((each) => each.end <= sequence)
    own.highest = Math.max(own.highest, end)
    if (gap < 0) return 'again'
    own.gaps.splice(gap, 1)
    return 'out of order'
  }
  const gap = sequence > own.highest
  if (gap && own.gaps.length < MOST_WAITING) own.gaps.push({ from: own.highest, to: sequence })
  own.highest = end
  own.waiting.push({ end, time })
  if (own.waiting.length > MOST_WAITING) own.waiting.shift()
  return gap ? 'gap' : undefined
}

function acknowledged(other: Half, { acknowledgement, flags, time }: SessionPacket, side: SessionPacket['side'], out: Transmission): void {
  if (!flags.includes('ACK')) return
  const done = other.waiting.filter(({ end }) => end <= acknowledgement)
  const newest = done.at(-1)
  if (!newest) return
  out.roundTrips.push({ time, side, micros: time - newest.time })
  other.waiting = other.waiting.slice(done.length)
}

function window(own: Half, { side, window: open, flags, time }: SessionPacket, out: Transmission): Mark | undefined {
  if (flags.includes('RST') || flags.includes('SYN')) return undefined
  if (open === 0) {
    own.stalled ??= time
    return 'zero window'
  }
  if (own.stalled !== undefined) {
    out.stalls.push({ side, from: own.stalled, to: time })
    own.stalled = undefined
  }
  return undefined
}

/** Least, middle and greatest of round trips, µs; undefined without any. */
export function spread(values: number[]): { least: number; median: number; greatest: number } | undefined {
  if (values.length === 0) return undefined
  const sorted = values.toSorted((a, b) => a - b)
  return { least: sorted[0], median: sorted[sorted.length >> 1], greatest: sorted.at(-1)! }
}
