import { copyOf } from '../bytes/copy.ts'
import type { Side } from '../tcp/facts.ts'
import { PROTOCOLS, type Protocol } from './protocols.ts'

/** Where HTTP is expected: bytes there that are no known protocol are bad HTTP, not an unknown protocol. */
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 591, 3000, 3128, 5000, 8000, 8008, 8080, 8081, 8088, 8090, 8888, 9000])
/** Bytes kept of both sides until the protocol is known. */
const MOST_HELD = 64 * 1024
/** Segments of a connection captured from its middle that are tried. */
const MOST_TRIED = 64
const NOTHING = new Uint8Array(0)

export interface SavedDetector {
  protocol: Protocol | undefined
  midway: boolean
  held: [Uint8Array, Uint8Array]
  refused: [boolean, boolean]
  passed: [number, number]
  tried: number
}

/**
 * Tells what a connection speaks from the first bytes of each side, never from the port alone: the port only decides what to call
 * bytes that nobody recognises. On a port of HTTP they are given to the HTTP engine, which says `malformed` and where; elsewhere the
 * protocol is `unknown`. In a connection captured from its middle (`midway`) each segment may be the first that begins a message, so
 * each is tried, and what does not begin one means nothing.
 */
export class Detector {
  /** Undefined until it is told. */
  protocol: Protocol | undefined = undefined
  midway: boolean
  /** Bytes of each side that went by and were not kept. */
  passed: [number, number] = [0, 0]
  private readonly expectsHttp: boolean
  private held: [Uint8Array, Uint8Array] = [NOTHING, NOTHING]
  private refused: [boolean, boolean] = [false, false]
  private tried = 0

  constructor(serverPort: number, midway: boolean) {
    this.expectsHttp = HTTP_PORTS.has(serverPort)
    this.midway = midway
  }

  /** Bytes come next on this side. Answers the protocol, which then begins with what `takeHeld` gives and goes on with these bytes; or undefined, and the bytes were kept or let pass. */
  receive(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | undefined {
    this.protocol ??= this.midway ? this.tryMidway(side, bytes, start, end) : this.judge(side, bytes, start, end)
    return this.protocol
  }

  private judge(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | undefined {
    const first = joined(this.held[side], bytes, start, end)
    const answer = this.refused[side] ? 'no' : recognise(side, first, 0, first.length)
    if (answer !== 'no' && answer !== 'more') return answer
    if (answer === 'no') {
      this.refused[side] = true
      if (this.expectsHttp) return 'http'
      if (this.refused[0] && this.refused[1]) return 'unknown'
    }
    this.held[side] = copyOf(first)
    return this.held[0].length + this.held[1].length > MOST_HELD ? 'unknown' : undefined
  }

  private tryMidway(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | undefined {
    const answer = recognise(side, bytes, start, end)
    if (answer !== 'no' && answer !== 'more') return answer
    this.passed[side] += end - start
    return ++this.tried >= MOST_TRIED ? 'unknown' : undefined
  }

  /** Bytes were lost before the protocol was known: from here on it is as if the capture began now. */
  lose(side: Side, missing: number): void {
    this.midway = true
    this.passed[side] += missing
    for (const each of [0, 1] as const) this.passed[each] += this.takeHeld(each).length
  }

  /** Takes out what was kept of a side, to be given to the engine before anything else. */
  takeHeld(side: Side): Uint8Array {
    const held = this.held[side]
    this.held[side] = NOTHING
    return held
  }

  /** The connection ends: what never was recognised is unknown, or bad HTTP on a port of HTTP. */
  end(): Protocol {
    const kept = this.held[0].length + this.held[1].length > 0
    this.protocol ??= this.expectsHttp && kept ? 'http' : 'unknown'
    return this.protocol
  }

  save(): SavedDetector {
    const { protocol, midway, held, refused, passed, tried } = this
    return { protocol, midway, held: [copyOf(held[0]), copyOf(held[1])], refused: [...refused], passed: [...passed], tried }
  }

  load(saved: SavedDetector): void {
    this.protocol = saved.protocol
    this.midway = saved.midway
    this.held = [saved.held[0], saved.held[1]]
    this.refused = [...saved.refused]
    this.passed = [...saved.passed]
    this.tried = saved.tried
  }
}

/** The protocol that the beginning of a side's stream is of; `more`: it may be one, when more bytes come. */
export const recognise = (side: Side, bytes: Uint8Array, start: number, end: number): Protocol | 'no' | 'more' => {
  let result: 'no' | 'more' = 'no'
  for (const protocol of PROTOCOLS) {
    if (protocol.side !== side) continue
    const answer = protocol.recognise(bytes, start, end)
    if (answer === 'yes') return protocol.name
    if (answer === 'more') result = 'more'
  }
  return result
}

const joined = (before: Uint8Array, bytes: Uint8Array, start: number, end: number): Uint8Array => {
  if (before.length === 0) return bytes.subarray(start, end)
  const both = new Uint8Array(before.length + end - start)
  both.set(before)
  both.set(bytes.subarray(start, end), before.length)
  return both
}
