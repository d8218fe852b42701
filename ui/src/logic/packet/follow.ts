/** A packet with what it carried. */
export interface Carried {
  number: number
  /** µs since 1970. */
  time: number
  side: 'client' | 'server'
  transport: 'tcp' | 'udp'
  /** As on the wire, 32 bits. */
  sequence: number
  syn: boolean
  payload: Uint8Array
  /** Bytes that were sent; more than `payload` holds where the snap length cut it. */
  length: number
}

/** What one side said before the other spoke, in order, each byte once; or what of it is missing. */
export interface Turn {
  side: 'client' | 'server'
  time: number
  /** In the side's stream. */
  offset: number
  bytes: Uint8Array
  /** So many bytes of the stream are not in the capture, in front of `bytes`. */
  missing: number
}

const HALF = 2 ** 31
/** Signed distance of sequence numbers that wrap (RFC 9293, section 3.4). */
const ahead = (a: number, b: number): number => {
  const distance = (a - b) >>> 0
  return distance < HALF ? distance : distance - 2 ** 32
}

class Side {
  next: number | undefined
  offset = 0
  held: Carried[] = []
}

/** Both directions of a connection, interleaved as they were said. Retransmissions are left out; what never came is told as missing. */
export function follow(packets: Carried[]): Turn[] {
  const turns: Turn[] = []
  const sides = { client: new Side(), server: new Side() }
  for (const packet of packets) {
    const side = sides[packet.side]
    if (packet.transport === 'udp') {
      if (packet.length > 0) datagram(turns, side, packet)
      continue
    }
    if (packet.syn) side.next = (packet.sequence + 1) >>> 0
    side.next ??= packet.sequence
    if (packet.length === 0) continue
    if (packet.syn || ahead(packet.sequence, side.next) <= 0) take(turns, side, packet)
    else side.held.push(packet)
    release(turns, side, false)
  }
  for (const side of [sides.client, sides.server]) release(turns, side, true)
  return turns
}

/** Held packets whose turn has come; at the end those also that wait for what never came. */
function release(turns: Turn[], side: Side, all: boolean): void {
  side.held.sort((a, b) => ahead(a.sequence, b.sequence))
  while (side.held.length > 0 && (all || ahead(side.held[0].sequence, side.next!) <= 0)) take(turns, side, side.held.shift()!)
}

function take(turns: Turn[], side: Side, packet: Carried): void {
  const start = packet.syn ? (packet.sequence + 1) >>> 0 : packet.sequence
  const distance = ahead(start, side.next!)
  const missing = Math.max(distance, 0)
  const known = Math.max(-distance, 0)
  if (known >= packet.length) return
  side.offset += missing
  append(turns, side, packet, packet.payload.subarray(known), missing)
  const cut = packet.length - Math.max(packet.payload.length, known)
  side.offset += packet.length - known
  if (cut > 0) turns.push({ side: packet.side, time: packet.time, offset: side.offset, bytes: new Uint8Array(0), missing: cut })
  side.next = (start + packet.length) >>> 0
}

function datagram(turns: Turn[], side: Side, packet: Carried): void {
  turns.push({ side: packet.side, time: packet.time, offset: side.offset, bytes: packet.payload, missing: 0 })
  side.offset += packet.length
}

function append(turns: Turn[], side: Side, { side: name, time }: Carried, bytes: Uint8Array, missing: number): void {
  const last = turns.at(-1)
  if (last?.side !== name || missing > 0 || last.bytes.length + bytes.length > LONGEST) {
    turns.push({ side: name, time, offset: side.offset, bytes, missing })
    return
  }
  const joined = new Uint8Array(last.bytes.length + bytes.length)
  joined.set(last.bytes)
  joined.set(bytes, last.bytes.length)
  last.bytes = joined
}

/** A turn that is longer is several: joining would copy it again and again. */
const LONGEST = 65_536
