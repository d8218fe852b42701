import { type Micros, micros } from '../time.ts'
import { PacketDecoder } from './decode.ts'
import { fragmentKey } from './fragments.ts'
import type { Frame } from './frame.ts'
import { laneOf } from './lane.ts'

/** Fragments whose lane is not known yet; each number is a bound. */
export interface SplitterLimits {
  /** Datagrams whose lane is remembered. */
  datagrams: number
  /** Bytes of fragments that came before their datagram's first one, which tells the ports. */
  bytes: number
  /** Capture time a first fragment is waited for, in µs. */
  wait: number
}

const LIMITS: SplitterLimits = { datagrams: 4096, bytes: 1024 * 1024, wait: 1e6 }

/** A captured packet, decoded, and the lane it goes to. The frame is valid during the call. */
export type LaneSink = (lane: number, frame: Frame) => void

interface Early {
  bytes: Uint8Array
  originalLength: number
  at: Micros
  linkType: number
  interfaceId: number
}

interface Datagram {
  lane: number
  at: Micros
  early: Early[]
}

/**
 * Tells each captured packet's lane. All packets of a conversation, both ways, go to one lane; so do the fragments of
 * their datagrams: one that overtook the first fragment is kept until that has come.
 */
export class LaneSplitter {
  #lanes: number
  #sink: LaneSink
  #limits: SplitterLimits
  #decoder = new PacketDecoder()
  #datagrams = new Map<string, Datagram>()
  #bytes = 0

  constructor(lanes: number, sink: LaneSink, limits: Partial<SplitterLimits> = {}) {
    this.#lanes = lanes
    this.#sink = sink
    this.#limits = { ...LIMITS, ...limits }
  }

  /** The arguments of `CaptureSink.packet`. */
  packet(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void {
    const frame = this.#decoder.decode(bytes, start, end, originalLength, at, linkType, interfaceId)
    if (frame.fragment >= 0) this.#fragment(frame)
    else this.#sink(laneOf(frame, this.#lanes), frame)
    if (this.#datagrams.size > 0) this.#forget(at)
  }

  /** Hands over what still waits for a first fragment. */
  flush(): void {
    for (const [key, datagram] of this.#datagrams) this.#release(key, datagram)
  }

  #fragment(frame: Frame): void {
    const key = frame.datagram ?? fragmentKey(frame)
    const datagram = this.#datagrams.get(key) ?? { lane: -1, at: micros(frame.at), early: [] }
    this.#datagrams.set(key, datagram)
    if (frame.fragment === 0) datagram.lane = laneOf(frame, this.#lanes)
    if (datagram.lane < 0) {
      // `slice` of a Buffer, which a capture's is, would not copy.
      datagram.early.push({ ...pick(frame), bytes: new Uint8Array(frame.bytes.subarray(frame.start, frame.end)) })
      this.#bytes += frame.end - frame.start
      return
    }
    this.#sink(datagram.lane, frame)
    this.#deliver(datagram)
  }

  #forget(now: Micros): void {
    const { datagrams, bytes, wait } = this.#limits
    for (const [key, datagram] of this.#datagrams) {
      if (now - datagram.at <= wait && this.#datagrams.size <= datagrams && this.#bytes <= bytes) return
      this.#release(key, datagram)
    }
  }

  /** Without a first fragment the addresses alone tell the lane. */
  #release(key: string, datagram: Datagram): void {
    this.#datagrams.delete(key)
    this.#deliver(datagram)
  }

  #deliver(datagram: Datagram): void {
    const waiting = datagram.early
    datagram.early = []
    for (const { bytes, originalLength, at, linkType, interfaceId } of waiting) {
      const frame = this.#decoder.decode(bytes, 0, bytes.length, originalLength, at, linkType, interfaceId)
      this.#bytes -= bytes.length
      this.#sink(datagram.lane < 0 ? laneOf(frame, this.#lanes) : datagram.lane, frame)
    }
  }
}

const pick = ({ originalLength, at, linkType, interfaceId }: Frame) => ({ originalLength, at, linkType, interfaceId })
