import { copyOf } from '../bytes/copy.ts'
import { latin1 } from '../bytes/text.ts'
import type { Message } from '../protocols/call.ts'
import { isEventStream, ServerSentEvents } from '../sse/events.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { Body } from './body.ts'
import { Carry } from './carry.ts'
import { headerOf } from './change.ts'
import { CR, LF } from './characters.ts'
import { CHUNKS_DONE, Chunks } from './chunks.ts'
import type { Codecs, HttpBody, HttpMessage, HttpRequest, HttpResponse } from './facts.ts'
import { type Fields, readFields } from './fields.ts'
import { codingsToUndo } from './framing.ts'
import { HeadReader } from './head.ts'
import type { HttpLimits } from './limits.ts'
import type { Listener, Phase, SavedReader } from './listener.ts'
import { looksLikeStart, type StartLine } from './start-line.ts'

/** Reads the messages of one direction: finds their heads, and follows their bodies to the end. */
export class Reader {
  phase: Phase = 'head'
  /** Of the next byte, in the stream. */
  offset = 0
  /** The message being read. */
  message: HttpMessage | undefined = undefined
  /** Bytes right before those that are held were let go, or lost. */
  holed = false
  private readonly side: Side
  private readonly listener: Listener
  private readonly limits: HttpLimits
  private readonly heads: HeadReader
  private readonly carry = new Carry()
  private readonly body: Body
  private readonly chunks = new Chunks()
  /** Stream offsets of the message being read and of its body. */
  private position = 0
  private bodyPosition = 0
  private first: Micros
  /** Of a body with a length, what has not come. */
  private left = 0
  private blankLines = false
  /** Where the message before ended was guessed: its request is not known. */
  private guessed = false

  constructor(side: Side, listener: Listener, codecs: Codecs, limits: HttpLimits, at: Micros) {
    this.side = side
    this.listener = listener
    this.limits = limits
    this.heads = new HeadReader(side, limits)
    this.body = new Body(codecs, limits)
    this.first = at
  }

  receive(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    let from = start
    const base = this.offset - start
    this.body.at = at
    if (this.phase === 'lost') {
      if (looksLikeStart(this.side, bytes, start, end)) this.backInStep()
    } else if (this.awaitsBody && looksLikeStart(this.side, bytes, start, end)) this.finish(this.offset, at)
    while (from < end) {
      from = this.step(bytes, from, end, at)
      this.offset = base + from
    }
    if (this.message === undefined) return
    this.message.last = at
    this.body.settle()
  }

  /** A body is announced of which nothing has come, in the answer to a request that was lost: it may have been HEAD, whose answers have none. */
  private get awaitsBody(): boolean {
    return this.side === SERVER && this.offset === this.bodyPosition && this.message !== undefined && !this.listener.asked()
  }

  private step(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    switch (this.phase) {
      case 'head':
        return this.readHead(bytes, from, end, at)
      case 'length': {
        const to = Math.min(end, from + this.left)
        this.body.add(bytes, from, to)
        this.left -= to - from
        if (this.left === 0) this.finish(this.offset + to - from, at)
        return to
      }
      case 'close':
        this.body.add(bytes, from, end)
        return end
      case 'chunks':
        return this.readChunks(bytes, from, end, at)
      case 'trailers':
        return this.readTrailers(bytes, from, end, at)
      case 'lost':
        return end
      case 'held':
        return this.hold(bytes, from, end, at)
    }
  }

  private readHead(bytes: Uint8Array, start: number, end: number, at: Micros): number {
    let from = start
    if (this.carry.length > 0) return this.readCarriedHead(bytes, from, end, at)
    while (from < end && (bytes[from] === CR || bytes[from] === LF)) from++
    if (from > start && !this.guessed) this.blankLines = true
    this.offset += from - start
    if (from === end) return end
    this.position = this.offset
    this.first = at
    const to = this.heads.read(bytes, from, end, 0)
    if (to > 0) return this.begin(to, this.position + to - from, at)
    if (to < 0) return this.noHead(bytes, from, end, at)
    this.carry.append(bytes, from, end)
    this.carry.searched = this.heads.searched - from
    return end
  }

  private readCarriedHead(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    const before = carry.length
    const take = Math.min(end - from, Math.max(1, this.limits.head + 1 - before))
    carry.append(bytes, from, from + take)
    const to = this.heads.read(carry.bytes, 0, carry.length, carry.searched)
    carry.searched = this.heads.searched
    if (to === 0) return from + take
    if (to < 0) return this.noHead(bytes, from + take, end, at)
    carry.clear()
    return this.begin(from + to - before, this.position + to, at)
  }

  /** What was carried, and what comes, does not begin a message. Who may have changed over is not judged before it is known. */
  private noHead(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    if (!this.listener.mayChange()) return this.malformed(this.heads.error, this.position, end, this.first)
    this.phase = 'held'
    return this.hold(bytes, from, end, at)
  }

  /** Keeps what may be of another protocol; of too much, the end. */
  private hold(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    if (carry.length > 0 && carry.length + end - from > this.limits.head) {
      carry.clear()
      this.holed = true
    }
    if (carry.length === 0) this.first = at
    carry.append(bytes, from, end)
    return end
  }

  /** A head ends at `to` in the bytes at hand, and at `offset` in the stream. */
  private begin(to: number, offset: number, at: Micros): number {
    const { line, fields } = this.heads
    this.bodyPosition = offset
    if (line.status >= 100 && line.status < 200 && line.status !== 101) {
      this.listener.interim(line.status, this.first)
      return to
    }
    const message = this.side === CLIENT ? newRequest(line, fields, this.first, at) : newResponse(line, fields, this.first, at)
    this.message = message
    const framing = this.listener.began(this.side, message, this.position, line, fields, this.blankLines)
    this.blankLines = false
    this.guessed = this.side === SERVER && !this.listener.asked()
    this.left = framing === 'length' ? fields.length : 0
    const codings = codingsToUndo(fields)
    this.body.start(codings, this.left)
    if (framing !== 'none' && this.side === SERVER && isEventStream(headerOf(fields.headers, 'content-type')))
      this.body.events = new ServerSentEvents()
    if (framing === 'none') this.finish(offset, at)
    else if (framing === 'chunked') {
      this.chunks.start()
      this.phase = 'chunks'
    } else if (framing === 'unknown') {
      this.offset = offset
      this.malformed('body-without-length', offset, to, at)
    } else this.phase = framing
    return to
  }

  private readChunks(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { chunks } = this
    const to = chunks.read(bytes, from, end, this.body, this.limits.chunkExtension)
    if (chunks.error !== undefined) return this.malformed(chunks.error, this.offset + to - from, end, at)
    if (chunks.state === CHUNKS_DONE) this.phase = 'trailers'
    return to
  }

  /** Trailers end with an empty line, as headers do; most often that is all there is. */
  private readTrailers(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    const before = carry.length
    if (before === 0 && end - from >= 2 && bytes[from] === CR && bytes[from + 1] === LF) {
      this.finish(this.offset + 2, at)
      return from + 2
    }
    const take = Math.min(end - from, Math.max(1, this.limits.head + 1 - before))
    carry.append(bytes, from, from + take)
    const to = this.heads.readSection(carry.bytes, carry.length, carry.searched)
    carry.searched = this.heads.searched
    if (to === 0) return carry.length > this.limits.head ? this.malformed('trailers-too-large', this.bodyPosition, end, at) : from + take
    const fields = readFields(carry.bytes, 0, to, latin1(carry.bytes, 0, to), this.limits.headers)
    carry.clear()
    this.message!.trailers = fields.headers
    for (const finding of fields.findings) this.chunks.findings.push(finding)
    this.finish(this.offset + to - before, at)
    return from + to - before
  }

  private finish(offset: number, at: Micros): void {
    this.message!.last = at
    this.phase = 'head'
    this.complete(offset, true)
  }

  /** Ends the message at `offset`; `whole`: it was read to its end. */
  private complete(offset: number, whole: boolean): void {
    const message = this.message!
    this.message = undefined
    message.wireBytes = offset - this.position
    message.bodyWireBytes = offset - this.bodyPosition
    message.body = this.body.finish(whole)
    message.complete = message.complete && whole
    const { findings } = this.chunks
    this.listener.ended(this.side, message, findings, this.messages)
    findings.length = 0
  }

  /** What follows is not read, until a segment begins like a message. */
  private malformed(code: string, offset: number, end: number, at: Micros): number {
    const { message } = this
    this.carry.clear()
    this.phase = 'lost'
    this.listener.malformed(this.side, message, code, offset, at)
    if (message !== undefined) this.complete(offset, false)
    return end
  }

  private backInStep(): void {
    if (this.message !== undefined) this.complete(this.offset, false)
    this.blankLines = false
    this.phase = 'head'
  }

  gap(missing: number, at: Micros, reason: MissingReason): void {
    const { message } = this
    const from = this.offset
    if (this.phase === 'held') this.holed = true
    else if (message === undefined) this.loseHead(from, missing, reason, at)
    else {
      const within = this.phase === 'length' ? Math.min(missing, this.left) : missing
      message.complete = false
      const adrift = this.phase === 'chunks' || this.phase === 'trailers'
      if (this.phase !== 'trailers') this.body.lose(within)
      if (adrift) this.phase = 'lost'
      this.listener.missing(this.side, message, from, within, reason, adrift)
      if (this.phase === 'length') {
        this.left -= within
        if (this.left === 0) this.finish(from + within, at)
        if (missing > within) this.loseHead(from + within, missing - within, reason, at)
      }
    }
    this.carry.clear()
    this.offset = from + missing
  }

  private loseHead(offset: number, missing: number, reason: MissingReason, at: Micros): void {
    this.listener.lost(this.side, offset, missing, this.carry.length > 0 ? this.first : at, reason)
    this.phase = 'lost'
  }

  /** The connection speaks something else from the end of the message on that is being read, or may: what comes is held. */
  upgrade(): void {
    if (this.message !== undefined || this.phase === 'held') return
    this.holed = this.phase === 'lost'
    this.phase = 'held'
  }

  /** It does not, after all: what is held is read. */
  refuse(): void {
    const held = this.takeHeld()
    this.phase = this.holed ? 'lost' : 'head'
    this.holed = false
    this.offset -= held.length
    this.receive(held, 0, held.length, this.first)
  }

  /** Takes out what is held. */
  takeHeld(): Uint8Array {
    const held = copyOf(this.carry.bytes, 0, this.carry.length)
    this.carry.clear()
    return held
  }

  /** Between two messages, in step. */
  get idle(): boolean {
    const { phase, message, carry, blankLines, guessed, holed } = this
    return phase === 'head' && message === undefined && carry.length === 0 && !blankLines && !guessed && !holed
  }

  /** What a message still lacks if no more bytes come, by FIN or reset (`said`) or because nobody saw on: 0 when that is not known, -1 for nothing. */
  lacks(said: boolean): number {
    if (this.message !== undefined) return said && this.phase === 'close' ? -1 : this.left
    return this.carry.length > 0 && this.phase !== 'held' ? 0 : -1
  }

  /** No more bytes come. */
  end(said: boolean): void {
    if (this.message !== undefined) this.complete(this.offset, said && this.phase === 'close')
    this.carry.clear()
    this.phase = 'lost'
  }

  /** That the body being read, or just read, is made of. */
  get messages(): Message[] | undefined {
    return this.body.events?.messages
  }

  bodySoFar(): HttpBody {
    return this.body.soFar()
  }

  save(): SavedReader {
    const { phase, offset, position, bodyPosition, first, left, holed, blankLines, guessed, carry, chunks } = this
    return {
      ...{ phase, offset, position, bodyPosition, first, left, holed, blankLines, guessed },
      ...(this.message === undefined && carry.length === 0 && NOWHERE),
      carry: carry.bytes.slice(0, carry.length),
      chunks: {
        state: chunks.state,
        left: chunks.left,
        digits: chunks.digits,
        extension: chunks.extension,
        findings: [...chunks.findings],
      },
      body: this.message === undefined ? undefined : this.body.save(),
    }
  }

  load(saved: SavedReader, message: HttpMessage | undefined): void {
    this.phase = saved.phase
    this.offset = saved.offset
    this.position = saved.position
    this.bodyPosition = saved.bodyPosition
    this.first = saved.first as Micros
    this.left = saved.left
    this.holed = saved.holed
    this.blankLines = saved.blankLines
    this.guessed = saved.guessed
    this.carry.append(saved.carry, 0, saved.carry.length)
    const { state, left, digits, extension, findings } = saved.chunks
    Object.assign(this.chunks, { state, left, digits, extension })
    this.chunks.findings.push(...findings)
    if (saved.body !== undefined) this.body.load(saved.body)
    this.message = message
  }
}

/** Between two messages. */
const NOWHERE = { position: 0, bodyPosition: 0, first: 0 }

const NO_BODY: HttpBody = { bytes: 0, sha256: undefined, content: undefined, truncated: false, undecoded: undefined }

const newRequest = (line: StartLine, fields: Fields, first: Micros, last: Micros): HttpRequest => ({
  version: line.version,
  headers: fields.headers,
  trailers: [],
  wireBytes: 0,
  bodyWireBytes: 0,
  body: NO_BODY,
  first,
  last,
  complete: true,
  method: line.method,
  target: line.target,
})

const newResponse = (line: StartLine, fields: Fields, first: Micros, last: Micros): HttpResponse => ({
  version: line.version,
  headers: fields.headers,
  trailers: [],
  wireBytes: 0,
  bodyWireBytes: 0,
  body: NO_BODY,
  first,
  last,
  complete: true,
  status: line.status,
  reason: line.reason,
})
