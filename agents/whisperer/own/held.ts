import type { Micros } from '#engines/time.ts'

/** Packets of at most so many bytes wait. */
const MOST_BYTES = 32 << 20
/** What a packet costs beside its bytes. */
const OVERHEAD = 128

interface Packet {
  bytes: Uint8Array
  originalLength: number
  at: Micros
  linkType: number
  interfaceId: number
}

/** Packets that wait until it is known whose they are, in their order. */
export class Held {
  #packets: Packet[] = []
  #bytes = 0

  /** The arguments of `CaptureSink.packet`; the bytes are copied. Answers false, and takes nothing, when there is no room. */
  add(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): boolean {
    const cost = end - start + OVERHEAD
    if (this.#bytes + cost > MOST_BYTES) return false
    this.#bytes += cost
    // `slice` of a Buffer, which libpcap's is, would not copy.
    this.#packets.push({ bytes: new Uint8Array(bytes.subarray(start, end)), originalLength, at, linkType, interfaceId })
    return true
  }

  release(to: (packet: Packet) => void): void {
    for (const packet of this.#packets) to(packet)
  }
}
