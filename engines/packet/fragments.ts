import { copyOf } from '../bytes/copy.ts'
import { type Micros, micros } from '../time.ts'
import type { Frame } from './frame.ts'

/** What is kept of fragmented datagrams: each number is a bound. */
export interface FragmentLimits {
  datagrams: number
  bytes: number
  /** Capture time a datagram is waited for, in µs. */
  wait: number
}

const LIMITS: FragmentLimits = { datagrams: 1024, bytes: 8 * 1024 * 1024, wait: 30e6 }
/** RFC 791: a datagram has no more bytes. */
const LARGEST = 65_535

interface Part {
  from: number
  bytes: Uint8Array
}

/** A datagram some of whose fragments have come; plain data, so that it can be saved. */
export interface PartialDatagram {
  key: string
  at: Micros
  /** In order, none overlapping another. */
  parts: Part[]
  /** Known from the last fragment, else -1. */
  length: number
  bytes: number
}

/** Puts the fragments of datagrams together (RFC 791, 3.2; RFC 8200, 4.5). The first data for a place count. */
export class Fragments {
  /** Datagrams given up because a fragment did not come in time, was cut, or because of a limit. */
  incomplete = 0
  #limits: FragmentLimits
  #open = new Map<string, PartialDatagram>()
  #bytes = 0

  constructor(limits: Partial<FragmentLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits }
  }

  /** Takes the fragment in `frame`. True: the datagram is whole, and the frame's bytes are it (its transport header comes next). */
  add(frame: Frame): boolean {
    this.#forget(frame.at)
    const key = fragmentKey(frame)
    const datagram = this.#open.get(key) ?? this.#begin(key, frame.at)
    const { offset, limit, fragment } = frame
    const size = limit - offset
    const end = fragment + size
    if (limit < frame.sentEnd || end > LARGEST || (frame.moreFragments && size % 8 !== 0)) {
      this.#drop(datagram)
      return false
    }
    if (!frame.moreFragments) datagram.length = end
    this.#bytes += insert(datagram, fragment, frame.bytes, offset, limit)
    if (datagram.length < 0 || datagram.bytes < datagram.length) return false
    this.#remove(datagram)
    show(frame, datagram)
    return true
  }

  /** Datagrams that are not whole yet. */
  save(): PartialDatagram[] {
    return [...this.#open.values()]
  }

  load(saved: PartialDatagram[]): void {
    for (const datagram of saved) {
      this.#open.set(datagram.key, datagram)
      this.#bytes += datagram.bytes
    }
  }

  #begin(key: string, at: Micros): PartialDatagram {
    const datagram = { key, at: micros(at), parts: [], length: -1, bytes: 0 }
    this.#open.set(key, datagram)
    return datagram
  }

  /** Datagrams lie in the order in which they began. */
  #forget(now: Micros): void {
    const { datagrams, bytes, wait } = this.#limits
    for (const datagram of this.#open.values()) {
      if (now - datagram.at <= wait && this.#open.size < datagrams && this.#bytes < bytes) return
      this.#drop(datagram)
    }
  }

  #drop(datagram: PartialDatagram): void {
    this.incomplete++
    this.#remove(datagram)
  }

  #remove(datagram: PartialDatagram): void {
    this.#open.delete(datagram.key)
    this.#bytes -= datagram.bytes
  }
}

/** What all fragments of a datagram have in common. */
export const fragmentKey = (frame: Frame): string =>
  `${frame.source0},${frame.source1},${frame.source2},${frame.source3},${frame.target0},${frame.target1},${frame.target2},${frame.target3},${frame.ident},${frame.version === 4 ? frame.protocol : 6}`

/** Copies the parts of `from`.. that are not there yet; returns how many bytes. */
const insert = (datagram: PartialDatagram, fragment: number, bytes: Uint8Array, start: number, end: number): number => {
  const before = datagram.bytes
  const last = fragment + end - start
  let from = fragment
  const add = (to: number): void => {
    if (to <= from) return
    datagram.parts.push({ from, bytes: copyOf(bytes, start + from - fragment, start + to - fragment) })
    datagram.bytes += to - from
  }
  for (const part of [...datagram.parts]) {
    if (part.from >= last) break
    add(part.from)
    from = Math.max(from, part.from + part.bytes.length)
  }
  add(last)
  datagram.parts.sort((a, b) => a.from - b.from)
  return datagram.bytes - before
}

const show = (frame: Frame, datagram: PartialDatagram): void => {
  const whole = new Uint8Array(datagram.length)
  for (const part of datagram.parts)
    whole.set(part.bytes.subarray(0, Math.max(0, datagram.length - part.from)), Math.min(part.from, datagram.length))
  frame.bytes = whole
  frame.offset = 0
  frame.limit = frame.sentEnd = whole.length
  frame.fragment = -1
  frame.ethernet = -1
  frame.network = -1
}
