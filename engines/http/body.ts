import { type SavedEvents, ServerSentEvents } from '../sse/events.ts'
import { type Micros, micros } from '../time.ts'
import { Arrivals } from './arrivals.ts'
import type { Codecs, HttpBody } from './facts.ts'
import type { HttpLimits } from './limits.ts'
import { MOST_CODINGS } from './limits.ts'
import { copy, giveBack, take } from './memory.ts'

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const NONE: readonly string[] = []
const EARLIEST = micros(0)
type Digest = ReturnType<Codecs['digest']>

/** What a body has come to between two bytes, as plain data. */
export interface SavedBody {
  codings: string[]
  length: number
  broken: boolean
  tooLarge: boolean
  /** Gathered wire bytes, or the kept beginning once a digest runs. */
  bytes: Uint8Array
  digest: Uint8Array | undefined
  events: SavedEvents | undefined
  arrivals: { length: number; at: Micros }[]
}

/**
 * Gathers one body at a time, transfer coding already undone. A body that comes in one piece is never copied; one in several is
 * gathered and then hashed at once; one longer than `gather` is hashed by a digest while it passes.
 */
export class Body {
  /** Takes the events out of the body that has begun, where it is a stream of them. */
  events: ServerSentEvents | undefined = undefined
  /** When the bytes at hand came. */
  at = EARLIEST
  private readonly codecs: Codecs
  private readonly limits: HttpLimits
  private codings = NONE
  private expected = 0
  private length = 0
  /** Bytes are missing: what comes behind them is counted only. */
  private broken = false
  private tooLarge = false
  /** The first piece, as long as the caller's bytes are valid. */
  private lent: Uint8Array | undefined = undefined
  private lentFrom = 0
  private gathered: Uint8Array | undefined = undefined
  /** How much of `gathered` is filled. */
  private filled = 0
  private digest: Digest | undefined = undefined
  /** Of a body whose events are read once its coding is undone. */
  private arrivals: Arrivals | undefined = undefined

  constructor(codecs: Codecs, limits: HttpLimits) {
    this.codecs = codecs
    this.limits = limits
  }

  /** Begins a body of `expected` bytes (0: not known) with these codings, the outermost first. */
  start(codings: readonly string[], expected: number): void {
    this.codings = codings
    this.expected = expected
    this.length = 0
    this.broken = false
    this.tooLarge = false
    this.filled = 0
    this.events = undefined
    this.arrivals = undefined
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    const first = this.length === 0
    this.length += to - from
    if (this.events !== undefined) this.take(this.events, bytes, from, to)
    if (this.broken || this.tooLarge) return
    if (first) {
      this.lent = bytes
      this.lentFrom = from
      this.filled = to - from
      return
    }
    if (this.lent !== undefined) this.settle()
    this.gather(bytes, from, to)
  }

  private take(events: ServerSentEvents, bytes: Uint8Array, from: number, to: number): void {
    if (this.codings.length === 0) {
      events.add(bytes, from, to, this.at)
      return
    }
    this.arrivals ??= new Arrivals()
    this.arrivals.add(this.length, this.at)
  }

  /** Takes the events out of a body whose coding is undone. Each came with the bytes after which it could be read: those are found by undoing the coding of what was there by then. */
  private takeDecoded(events: ServerSentEvents, wire: Uint8Array, decoded: Uint8Array): void {
    const marks = this.arrivals?.marks ?? []
    const many = Math.ceil((marks.length * wire.length) / MOST_UNDONE)
    let from = 0
    for (const [i, { length, at }] of marks.entries()) {
      const last = i === marks.length - 1
      if (!last && i % Math.max(1, many) !== 0) continue
      const to = last ? decoded.length : Math.min(decoded.length, this.decodedOf(wire.subarray(0, length)))
      if (to > from) events.add(decoded, from, to, at)
      from = Math.max(from, to)
    }
  }

  /** How many bytes the beginning of a body can be undone to. */
  private decodedOf(wire: Uint8Array): number {
    let bytes = wire
    for (const coding of this.codings) {
      try {
        bytes = this.codecs.decoder(coding)!(bytes, this.limits.decoded)
      } catch (error) {
        bytes = beginning(error) ?? NOTHING
      }
    }
    return bytes.length
  }

  /** The caller's bytes go away: what of them is still lent is copied. */
  settle(): void {
    const lent = this.lent
    if (lent === undefined) return
    const to = this.lentFrom + this.filled
    this.lent = undefined
    this.filled = 0
    this.gather(lent, this.lentFrom, to)
  }

  /** `missing` bytes of it were not seen. */
  lose(missing: number): void {
    this.settle()
    this.events?.lose()
    this.length += missing
    this.broken = true
  }

  private gather(bytes: Uint8Array, from: number, to: number): void {
    const filled = this.filled + to - from
    if (this.digest === undefined && this.codings.length === 0 && filled > this.limits.gather) {
      this.digest = this.codecs.digest()
      if (this.gathered !== undefined) this.digest.update(this.gathered.subarray(0, this.filled))
    }
    if (this.digest !== undefined) {
      this.pass(this.digest, bytes, from, to)
      return
    }
    if (filled > this.limits.coded && this.codings.length > 0) {
      this.tooLarge = true
      return
    }
    this.reserve(filled, Math.min(this.expected, this.codings.length === 0 ? this.limits.gather : this.limits.coded))
    this.gathered!.set(bytes.subarray(from, to), this.filled)
    this.filled = filled
  }

  /** Hashes what passes, and keeps its beginning. */
  private pass(digest: Digest, bytes: Uint8Array, from: number, to: number): void {
    digest.update(bytes.subarray(from, to))
    const keep = Math.min(to - from, this.limits.keepBody - this.filled)
    if (keep <= 0) return
    this.reserve(this.filled + keep, 0)
    this.gathered!.set(bytes.subarray(from, from + keep), this.filled)
    this.filled += keep
  }

  private reserve(size: number, expected: number): void {
    const old = this.gathered
    if (old !== undefined && old.length >= size) return
    this.gathered = take(Math.max(size, expected))
    if (old === undefined) return
    this.gathered.set(old.subarray(0, this.filled))
    giveBack(old)
  }

  /** The body as far as it has come; it is gathered on. */
  soFar(): HttpBody {
    return { bytes: this.length, sha256: undefined, content: this.keep(this.wire()), truncated: true, undecoded: undefined }
  }

  /** Ends the body. `whole`: it was not cut off. */
  finish(whole: boolean): HttpBody {
    const all = whole && !this.broken
    const body = this.length === 0 ? nothing(all) : this.result(all)
    this.lent = undefined
    this.digest = undefined
    if (this.gathered !== undefined) giveBack(this.gathered)
    this.gathered = undefined
    return body
  }

  private wire(): Uint8Array {
    if (this.lent !== undefined) return this.lent.subarray(this.lentFrom, this.lentFrom + this.filled)
    return this.gathered === undefined ? new Uint8Array(0) : this.gathered.subarray(0, this.filled)
  }

  private keep(bytes: Uint8Array): Uint8Array | undefined {
    const length = Math.min(bytes.length, this.limits.keepBody)
    return length === 0 ? undefined : copy(bytes, 0, length)
  }

  private result(whole: boolean): HttpBody {
    const wire = this.wire()
    if (this.codings.length > 0) return this.undo(wire, whole)
    const sha256 = whole ? (this.digest === undefined ? this.codecs.sha256(wire) : this.digest.hex()) : undefined
    const content = this.keep(wire)
    return {
      bytes: this.length,
      sha256,
      content,
      truncated: content !== undefined && (!whole || content.length < this.length),
      undecoded: undefined,
    }
  }

  private undo(wire: Uint8Array, whole: boolean): HttpBody {
    if (this.tooLarge) return this.asSent(wire, 'too large')
    if (this.codings.length > MOST_CODINGS) return this.asSent(wire, 'too many codings')
    let bytes = wire
    for (const coding of this.codings) {
      const decode = this.codecs.decoder(coding)
      if (decode === undefined) return this.asSent(wire, `unknown coding: ${coding}`)
      try {
        bytes = decode(bytes, this.limits.decoded)
      } catch (error) {
        const decoded = error instanceof RangeError ? undefined : beginning(error)
        const why = error instanceof RangeError ? 'too large' : whole ? `${coding}: bad data` : `${coding}: bytes are missing`
        if (decoded === undefined || decoded.length === 0 || coding !== this.codings[this.codings.length - 1]) return this.asSent(wire, why)
        if (this.events !== undefined) this.takeDecoded(this.events, wire, decoded)
        return {
          bytes: decoded.length,
          sha256: undefined,
          content: this.keep(decoded),
          truncated: true,
          undecoded: `${why} behind ${decoded.length} bytes`,
        }
      }
    }
    if (this.events !== undefined) this.takeDecoded(this.events, wire, bytes)
    const content = this.keep(bytes)
    const truncated = content !== undefined && content.length < bytes.length
    return {
      bytes: bytes.length,
      sha256: whole ? this.codecs.sha256(bytes) : undefined,
      content,
      truncated: truncated || !whole,
      undecoded: undefined,
    }
  }

  private asSent(wire: Uint8Array, undecoded: string): HttpBody {
    const content = this.keep(wire)
    return { bytes: this.length, sha256: undefined, content, truncated: content !== undefined && content.length < this.length, undecoded }
  }

  /** Identity bodies are saved as a digest and their kept beginning, so that a checkpoint stays small. */
  save(): SavedBody {
    const wire = this.wire()
    let digest = this.digest?.save()
    if (digest === undefined && this.codings.length === 0 && wire.length > this.limits.keepBody) {
      const started = this.codecs.digest()
      started.update(wire)
      digest = started.save()
    }
    const bytes = Uint8Array.from(digest === undefined ? wire : wire.subarray(0, this.limits.keepBody))
    return {
      codings: [...this.codings],
      length: this.length,
      broken: this.broken,
      tooLarge: this.tooLarge,
      bytes,
      digest,
      events: this.events?.save(),
      arrivals: this.arrivals?.marks.map((mark) => ({ ...mark })) ?? [],
    }
  }

  load(saved: SavedBody): void {
    this.start(saved.codings, 0)
    this.length = saved.length
    this.broken = saved.broken
    this.tooLarge = saved.tooLarge
    this.events = saved.events && ServerSentEvents.load(saved.events)
    for (const { length, at } of saved.arrivals) {
      this.arrivals ??= new Arrivals()
      this.arrivals.add(length, at)
    }
    if (saved.digest !== undefined) this.digest = this.codecs.digest(saved.digest)
    if (saved.bytes.length === 0) return
    this.reserve(saved.bytes.length, 0)
    this.gathered!.set(saved.bytes, 0)
    this.filled = saved.bytes.length
  }
}

const NOTHING = new Uint8Array(0)
/** Undone of a body for the times of its events, in bytes. */
const MOST_UNDONE = 16 * 1024 * 1024

const nothing = (all: boolean): HttpBody => ({
  bytes: 0,
  sha256: all ? EMPTY_SHA256 : undefined,
  content: undefined,
  truncated: false,
  undecoded: undefined,
})

/** What a decoder could undo before it came upon bad data, when it tells. */
const beginning = (error: unknown): Uint8Array | undefined => {
  const decoded = error instanceof Error && 'decoded' in error ? error.decoded : undefined
  return decoded instanceof Uint8Array ? decoded : undefined
}
