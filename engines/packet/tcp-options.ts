import { u32be } from '../bytes/numbers.ts'
import type { Frame } from './frame.ts'

const END = 0
const NO_OPERATION = 1
const WINDOW_SCALE = 3
const SACK = 5
const TIMESTAMPS = 8

/** RFC 7323, 2.3: a larger shift counts as this one. */
const LARGEST_SHIFT = 14

/** The options of one segment that are of use to an observer: an object that every segment reuses. */
export class TcpOptions {
  /** The shift of a SYN's window scale (RFC 7323, 2); -1: not offered. */
  scale = -1
  /** Time stamps are there (RFC 7323, 3): the sender's own, and the one it echoes; signed 32-bit. */
  stamped = false
  stamp = 0
  echo = 0
  /** Blocks of a selective acknowledgement (RFC 2018, 3). */
  blocks = 0
  readonly #edges = new Int32Array(8)

  /** Reads the options of a segment, as far as they were captured and make sense. */
  read({ bytes, transport, payload }: Frame): void {
    this.scale = -1
    this.stamped = false
    this.blocks = 0
    for (let at = transport + 20; at < payload; ) {
      const kind = bytes[at]
      if (kind === END) return
      if (kind === NO_OPERATION) {
        at++
        continue
      }
      const length = at + 1 < payload ? bytes[at + 1] : 0
      if (length < 2 || at + length > payload) return
      this.#option(kind, bytes, at + 2, length - 2)
      at += length
    }
  }

  /** Where a block begins; the sequence number after it. */
  left(block: number): number {
    return this.#edges[block * 2]
  }

  right(block: number): number {
    return this.#edges[block * 2 + 1]
  }

  #option(kind: number, bytes: Uint8Array, at: number, length: number): void {
    if (kind === WINDOW_SCALE && length === 1) this.scale = Math.min(bytes[at], LARGEST_SHIFT)
    else if (kind === TIMESTAMPS && length === 8) {
      this.stamped = true
      this.stamp = u32be(bytes, at) | 0
      this.echo = u32be(bytes, at + 4) | 0
    } else if (kind === SACK && length % 8 === 0) {
      this.blocks = Math.min(length / 8, 4)
      for (let edge = 0; edge < this.blocks * 2; edge++) this.#edges[edge] = u32be(bytes, at + edge * 4)
    }
  }
}
