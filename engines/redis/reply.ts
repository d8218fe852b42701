import { isSecret, MASK } from './mask.ts'
import type { ValueSink } from './resp.ts'
import * as resp from './resp.ts'
import { textOf } from './text.ts'

export interface SavedReply {
  text: string
  frames: Frame[]
  cut: boolean
  type: number
  count: number
  first: string | undefined
  second: string | undefined
  integer: number | undefined
  error: string | undefined
  attributes: string | undefined
  secret: boolean
}

/** An aggregate being written. */
interface Frame {
  type: number
  /** Values within it so far. */
  values: number
  /** Where in the text the value within it began that is being written. */
  key: number
  /** Where in the text it began itself. */
  from: number
}

/** Kept of the first strings, by which messages are told from replies, and of an error. */
const KEPT = 512
/** Numbers that JSON's readers hold exactly. */
const EXACT = 15

/** Writes a value as JSON text, as far as it is wanted, and remembers what tells kinds of replies apart. */
export class Reply implements ValueSink {
  keep: number
  text = ''
  /** `text` is only the beginning. */
  cut = false
  /** Of the value itself, and of its elements. */
  type = 0
  count = 0
  /** The value's first two strings, and its last integer. */
  first: string | undefined = undefined
  second: string | undefined = undefined
  integer: number | undefined = undefined
  /** The error that it is, or the first within it. */
  error: string | undefined = undefined
  /** JSON of the attributes before the value. */
  attributes: string | undefined = undefined
  private readonly most: number
  private frames: Frame[] = []
  /** The next string is a secret. */
  private secret = false

  constructor(most: number) {
    this.most = most
    this.keep = most
  }

  open(type: number, count: number): void {
    if (this.frames.length === 0) {
      this.type = type
      this.count = count
    }
    const from = this.text.length
    if (type !== resp.ATTRIBUTE) this.separate()
    this.frames.push({ type, values: 0, key: 0, from })
    this.write(isMap(type) ? '{' : '[')
  }

  close(type: number): void {
    const { from } = this.frames.pop()!
    this.write(isMap(type) ? '}' : ']')
    if (type !== resp.ATTRIBUTE) this.wrote()
    else if (this.frames.length > 0) this.text = this.text.slice(0, from)
    else {
      // An attribute speaks of the value that follows, and is none itself.
      const attributes = this.text.slice(0, KEPT)
      this.reset()
      this.attributes = attributes
    }
  }

  line(type: number, bytes: Uint8Array, from: number, to: number): void {
    const text = type === resp.NULL ? '' : textOf(bytes, from, to)
    if (this.frames.length === 0) this.type = type
    if (type === resp.ERROR) this.error ??= text.slice(0, KEPT)
    if (type === resp.SIMPLE) this.remember(text)
    if (type === resp.INTEGER) this.integer = Number(text)
    this.value(type, text)
  }

  bulk(type: number, bytes: Uint8Array, from: number, to: number, length: number): void {
    if (this.frames.length === 0) this.type = type
    const whole = to - from === length
    let text = from === to ? '' : textOf(bytes, from, to, !whole)
    if (type === resp.VERBATIM && text[3] === ':') text = text.slice(4)
    if (this.secret) text = MASK
    this.secret = length < 64 && isSecret(text)
    this.remember(text)
    if (type === resp.BULK_ERROR) this.error ??= text.slice(0, KEPT)
    this.value(type, text)
    if (!whole) this.cut = true
  }

  inline(): void {}

  private remember(text: string): void {
    const depth = this.frames.length
    if (this.first === undefined) this.first = depth <= 1 ? startOf(text) : undefined
    else if (depth <= 2) this.second ??= startOf(text)
  }

  private value(type: number, text: string): void {
    this.separate()
    if (!this.cut) this.write(jsonOf(type, text))
    this.wrote()
  }

  private separate(): void {
    const frame = this.frames.at(-1)
    if (frame === undefined) return
    if (frame.values > 0) this.write(isMap(frame.type) && frame.values % 2 === 1 ? ':' : ',')
    frame.key = this.text.length
  }

  /** A value was written within an aggregate: a map's key becomes a string, whatever it is. */
  private wrote(): void {
    const frame = this.frames.at(-1)
    if (frame === undefined) return
    if (isMap(frame.type) && frame.values % 2 === 0 && !this.cut && this.text[frame.key] !== '"') {
      const key = JSON.stringify(this.text.slice(frame.key))
      this.text = this.text.slice(0, frame.key)
      this.write(key)
    }
    frame.values++
  }

  private write(json: string): void {
    if (this.cut) return
    this.text += json
    if (this.text.length <= this.most) return
    this.text = this.text.slice(0, this.most)
    this.cut = true
    this.keep = 0
  }

  /** Room for the next value. */
  reset(): void {
    this.text = ''
    this.cut = false
    this.type = 0
    this.count = 0
    this.first = undefined
    this.second = undefined
    this.integer = undefined
    this.error = undefined
    this.attributes = undefined
    this.frames.length = 0
    this.secret = false
    this.keep = this.most
  }

  save(): SavedReply {
    const { text, cut, type, count, first, second, integer, error, attributes, secret, frames } = this
    return { text, cut, type, count, first, second, integer, error, attributes, secret, frames: frames.map((f) => ({ ...f })) }
  }

  load(saved: SavedReply): void {
    const { frames, ...rest } = saved
    Object.assign(this, rest)
    this.frames = frames.map((frame) => ({ ...frame }))
    this.keep = this.cut ? 0 : this.most
  }
}

const isMap = (type: number): boolean => type === resp.MAP || type === resp.ATTRIBUTE

const startOf = (text: string): string => (text.length > KEPT ? text.slice(0, KEPT) : text)

const jsonOf = (type: number, text: string): string => {
  switch (type) {
    case resp.NULL:
      return 'null'
    case resp.BOOLEAN:
      return text === 't' ? 'true' : 'false'
    case resp.INTEGER:
    case resp.BIG_NUMBER:
      return /^-?(0|[1-9]\d*)$/.test(text) && text.length <= EXACT ? text : JSON.stringify(text)
    case resp.DOUBLE:
      return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? text : JSON.stringify(text)
    case resp.ERROR:
    case resp.BULK_ERROR:
      return JSON.stringify({ error: text })
    default:
      return JSON.stringify(text)
  }
}
