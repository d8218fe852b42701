import { Body, type SavedBody } from '../http/body.ts'
import type { Codecs, HttpBody } from '../http/facts.ts'
import type { HttpLimits } from '../http/limits.ts'
import { type Call, copyOfCall, type Value } from '../protocols/call.ts'
import { CLIENT, type MissingReason, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { DEFLATE, type Inflater } from './deflate.ts'
import { CLOSE, opcodeName, TEXT } from './frame.ts'
import { BEGINNING, closeOf, keptOf, mayClose, mimeTypeOf, summaryOf } from './payload.ts'
import { type SavedUtf8, Utf8 } from './utf8.ts'

/** How one side's messages are put together. */
export interface Manner {
  side: Side
  codecs: Codecs
  limits: HttpLimits
  /** As the caller wants it; `limits` keep enough for a summary. */
  keepBody: number
  protocol: string | undefined
  /** Undefined: compression was not agreed on. */
  inflater: Inflater | undefined
}

export interface SavedAssembly {
  opcode: number
  compressed: boolean
  fragments: number
  call: Call
  body: SavedBody
  text: SavedUtf8
}

/** One message while its frames come (RFC 6455 section 5.4). */
export class Assembly {
  readonly opcode: number
  readonly call: Call
  fragments = 1
  private compressed: boolean
  private text = new Utf8()
  private readonly body: Body
  private readonly manner: Manner

  constructor(manner: Manner, opcode: number, compressed: boolean, offset: number, at: Micros) {
    const { codecs, limits, inflater } = manner
    this.opcode = opcode
    this.compressed = compressed
    this.manner = manner
    this.call = newCall(manner.side, opcodeName(opcode), offset, at)
    this.body = new Body(inflater === undefined ? codecs : { ...codecs, decoder: () => this.inflate }, limits)
    this.body.start(compressed ? [DEFLATE] : [], 0)
  }

  private readonly inflate = (bytes: Uint8Array, limit: number): Uint8Array => {
    const plain = this.manner.inflater!.decode(bytes, limit)
    if (this.opcode === TEXT) this.text.add(plain, 0, plain.length)
    return plain
  }

  add(bytes: Uint8Array, from: number, to: number): void {
    this.body.add(bytes, from, to)
    if (this.opcode === TEXT && !this.compressed) this.text.add(bytes, from, to)
  }

  /** The caller's bytes go away. */
  settle(at: Micros): void {
    this.body.settle()
    this.part.last = at
  }

  lose(offset: number, missing: number, within: number, reason: MissingReason): void {
    this.body.lose(within)
    this.lack(offset, missing, reason)
  }

  lack(offset: number, bytes: number, reason: MissingReason): void {
    this.call.missing.push({ direction: this.manner.side === CLIENT ? 'request' : 'response', offset, bytes, reason })
  }

  note(findings: readonly string[]): void {
    for (const finding of findings) if (!this.call.findings.includes(finding)) this.call.findings.push(finding)
  }

  get part() {
    return (this.call.request ?? this.call.response)!
  }

  /** The message is over. `whole`: its last frame was read to the end. */
  finish(whole: boolean): Call {
    const { call, opcode, part, manner } = this
    const all = whole && call.missing.length === 0
    const body = this.takeBody(all)
    if (opcode === TEXT && body.undecoded === undefined && !this.text.isText(all)) this.note(['bad-utf8'])
    const close = closeOf(opcode, body)
    if (opcode === CLOSE && all && (close === undefined ? body.bytes > 0 : !mayClose(close.code))) this.note(['bad-close'])
    part.mimeType = body.bytes > 0 ? mimeTypeOf(opcode, body) : undefined
    part.body = keptOf(body, manner.keepBody)
    call.summary = close === undefined ? summaryOf(opcode, body) : [close.code, close.reason].filter(Boolean).join(' ')
    call.status = call.error !== undefined ? 'malformed' : all ? 'complete' : 'incomplete'
    call.outcome = !all ? 'unknown' : close !== undefined && close.code > 1001 ? 'failure' : 'success'
    call.fields = this.fields(close)
    return call
  }

  private takeBody(all: boolean): HttpBody {
    const { inflater } = this.manner
    if (!this.compressed || inflater === undefined) return this.body.finish(all)
    inflater.whole = all
    inflater.contextMissing = false
    const body = this.body.finish(all)
    if (!all || body.undecoded !== undefined) inflater.lose()
    return inflater.contextMissing ? { ...body, undecoded: `${DEFLATE}: earlier messages are missing` } : body
  }

  private fields(close: ReturnType<typeof closeOf>): Call['fields'] {
    const { protocol, inflater } = this.manner
    const websocket: { [name: string]: Value } = { opcode: opcodeName(this.opcode)!, fragments: this.fragments }
    if (inflater !== undefined && this.opcode < CLOSE) websocket.compressed = this.compressed
    if (protocol !== undefined) websocket.protocol = protocol
    if (close !== undefined) websocket.close = { ...close }
    return { spider: { websocket } }
  }

  /** As it is now, while more is to come. */
  pending(): Call {
    const call = copyOfCall(this.call)
    const part = (call.request ?? call.response)!
    part.body = keptOf(this.body.soFar(), this.compressed ? 0 : this.manner.keepBody)
    call.fields = this.fields(undefined)
    return call
  }

  save(): SavedAssembly {
    const { opcode, compressed, fragments, call, body, text } = this
    return { opcode, compressed, fragments, call: copyOfCall(call), body: body.save(), text: text.save() }
  }

  static load(saved: SavedAssembly, manner: Manner): Assembly {
    const assembly = new Assembly(manner, saved.opcode, saved.compressed, 0, saved.call.request?.first ?? saved.call.response!.first)
    Object.assign(assembly.call, copyOfCall(saved.call))
    assembly.fragments = saved.fragments
    assembly.body.load(saved.body)
    assembly.text = Utf8.load(saved.text)
    return assembly
  }
}

/** Limits under which enough of each message is kept for its summary. */
export const withBeginning = (limits: HttpLimits): HttpLimits => ({ ...limits, keepBody: Math.max(limits.keepBody, BEGINNING) })

export const newCall = (side: Side, action: string | undefined, offset: number, at: Micros): Call => {
  const part = { first: at, last: at, wireBytes: 0, body: undefined, mimeType: undefined }
  return {
    ...{ protocol: 'websocket', position: side === CLIENT ? offset : -offset - 1, action, summary: undefined, outcome: 'unknown' },
    ...(side === CLIENT ? { request: part, response: undefined } : { request: undefined, response: part }),
    ...{ status: 'pending', missing: [], findings: [], error: undefined, fields: {}, messages: [] },
  }
}
