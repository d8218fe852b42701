import { copyOf } from '../bytes/copy.ts'
import type { Answer, Protocol, Recognise } from '../protocols/protocol.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'

/** Bytes kept of both sides until the protocol is known. */
const MOST_HELD = 64 * 1024
/** Segments of a connection captured from its middle, or datagrams, that are tried. */
const MOST_TRIED = 64
const NOTHING = new Uint8Array(0)

export interface SavedDetector {
  midway: boolean
  expects: boolean
  held: [Uint8Array, Uint8Array]
  refused: [boolean, boolean]
  passed: [number, number]
  tried: number
}

/** What there is to tell apart. */
export interface Choice {
  /** Those of the connection's transport, the more particular first. */
  readonly protocols: readonly Protocol[]
  /** Who takes bytes that nobody recognises, if anybody. */
  readonly expected: Protocol | undefined
}

/** Known to be none of those there are. */
export const UNKNOWN = 'unknown'

/**
 * Tells what a connection speaks from the first bytes of each side, never from the port alone: the port only decides what to call
 * bytes that nobody recognises. Where a protocol is expected, they are given to it, and it says `malformed` and where; elsewhere the
 * protocol is `unknown`. In a connection captured from its middle (`midway`) each segment may be the first that begins a message, so
 * each is tried, and what does not begin one means nothing. Of datagrams the same is true.
 */
export class Detector {
  midway: boolean
  /** Offset of each side's first byte that did not go by: of what is held, or else of the next. */
  readonly passed: [number, number]
  private readonly choice: Choice
  private held: [Uint8Array, Uint8Array] = [NOTHING, NOTHING]
  private refused: [boolean, boolean] = [false, false]
  private tried = 0

  constructor(choice: Choice, midway: boolean, offsets: readonly [number, number] = [0, 0]) {
    this.choice = choice
    this.midway = midway
    this.passed = [offsets[0], offsets[1]]
  }

  /** Bytes come next on this side. Answers the protocol, which then begins with what `takeHeld` gives and goes on with these bytes; or undefined, and the bytes were kept or let pass. */
  receive(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | typeof UNKNOWN | undefined {
    return this.midway ? this.tryMidway(side, bytes, start, end) : this.judge(side, bytes, start, end)
  }

  private judge(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | typeof UNKNOWN | undefined {
    const first = joined(this.held[side], bytes, start, end)
    const answer = this.refused[side] ? 'no' : recognise(this.choice.protocols, side, first, 0, first.length)
    if (typeof answer !== 'string') return answer
    if (answer === 'no') {
      this.refused[side] = true
      if (this.choice.expected !== undefined) return this.choice.expected
      if (this.refused[0] && this.refused[1]) return UNKNOWN
    }
    this.held[side] = copyOf(first)
    return this.held[0].length + this.held[1].length > MOST_HELD ? UNKNOWN : undefined
  }

  private tryMidway(side: Side, bytes: Uint8Array, start: number, end: number): Protocol | typeof UNKNOWN | undefined {
    const answer = recognise(this.choice.protocols, side, bytes, start, end)
    if (typeof answer !== 'string') return answer
    this.passed[side] += end - start
    return ++this.tried >= MOST_TRIED ? UNKNOWN : undefined
  }

  /** Bytes were lost before the protocol was known: from here on it is as if the capture began now. */
  lose(side: Side, missing: number): void {
    this.midway = true
    this.passed[side] += missing
    for (const each of [0, 1] as const) this.passed[each] += this.takeHeld(each).length
  }

  /** Takes out what was kept of a side, to be given to the reader before anything else. */
  takeHeld(side: Side): Uint8Array {
    const held = this.held[side]
    this.held[side] = NOTHING
    return held
  }

  /** The connection ends: what never was recognised is unknown, or bad bytes of the protocol that is expected. */
  end(): Protocol | typeof UNKNOWN {
    const kept = this.held[0].length + this.held[1].length > 0
    return (kept ? this.choice.expected : undefined) ?? UNKNOWN
  }

  save(): SavedDetector {
    const { midway, choice, held, refused, passed, tried } = this
    return {
      midway,
      expects: choice.expected !== undefined,
      held: [copyOf(held[0]), copyOf(held[1])],
      refused: [...refused],
      passed: [...passed],
      tried,
    }
  }

  /** `choice` is that of the one that was saved, without the expected one when it had none. */
  static load(saved: SavedDetector, { protocols, expected }: Choice): Detector {
    const detector = new Detector({ protocols, expected: saved.expects ? expected : undefined }, saved.midway, saved.passed)
    detector.held = [saved.held[0], saved.held[1]]
    detector.refused = [...saved.refused]
    detector.tried = saved.tried
    return detector
  }
}

/** The protocol that the beginning of a side's stream is of; `more`: it may be one, when more bytes come. */
export const recognise = (
  protocols: readonly Protocol[],
  side: Side,
  bytes: Uint8Array,
  start: number,
  end: number,
): Protocol | 'no' | 'more' => {
  let result: 'no' | 'more' = 'no'
  for (const protocol of protocols) {
    const test: Recognise | undefined = side === CLIENT ? protocol.client : protocol.server
    const answer: Answer = test === undefined ? 'no' : test(bytes, start, end)
    if (answer === 'yes') return protocol
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
