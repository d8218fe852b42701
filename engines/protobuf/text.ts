import { u32le } from '../bytes/numbers.ts'
import { latin1, utf8 } from '../bytes/text.ts'

/** Depth of messages within messages, and fields in all, that are shown. */
const DEEPEST = 16
const MOST_FIELDS = 5000
const LONGEST_BYTES = 64
const LARGEST_NUMBER = 2 ** 29

const VARINT = 0
const I64 = 1
const LEN = 2
const I32 = 5

/**
 * A protobuf message as text, without its schema: numbers of fields, and values of the types that they look like (Protocol Buffers,
 * Encoding). Undefined when the bytes are no message.
 */
export const protobufText = (bytes: Uint8Array, from: number, end: number): string | undefined => {
  const left = { fields: MOST_FIELDS }
  return new Message(bytes, from, end, 0, left).read()?.join('\n')
}

class Message {
  private readonly lines: string[] = []
  private readonly bytes: Uint8Array
  private at: number
  private readonly end: number
  private readonly depth: number
  private readonly left: { fields: number }

  constructor(bytes: Uint8Array, from: number, end: number, depth: number, left: { fields: number }) {
    this.bytes = bytes
    this.at = from
    this.end = end
    this.depth = depth
    this.left = left
  }

  read(): string[] | undefined {
    while (this.at < this.end) {
      const tag = this.varint()
      const number = tag === undefined ? 0 : Number(tag >> 3n)
      if (number < 1 || number >= LARGEST_NUMBER) return undefined
      if (--this.left.fields < 0) {
        this.lines.push('…')
        return this.lines
      }
      if (!this.field(number, Number(tag! & 7n))) return undefined
    }
    return this.lines
  }

  /** Answers whether it is one. */
  private field(number: number, wire: number): boolean {
    if (wire === VARINT) {
      const value = this.varint()
      if (value !== undefined) this.lines.push(`${number}: ${BigInt.asIntN(64, value)}`)
      return value !== undefined
    }
    if (wire === LEN) return this.delimited(number)
    const size = wire === I64 ? 8 : wire === I32 ? 4 : -1
    if (size < 0 || this.end - this.at < size) return false
    this.lines.push(`${number}: ${fixed(this.bytes, this.at, size)}`)
    this.at += size
    return true
  }

  private delimited(number: number): boolean {
    const length = this.varint()
    if (length === undefined || length > BigInt(this.end - this.at)) return false
    const from = this.at
    this.at += Number(length)
    this.lines.push(...this.guess(number, from, this.at))
    return true
  }

  /** Text, else a message, else bytes. */
  private guess(number: number, from: number, to: number): string[] {
    const text = utf8(this.bytes, from, to)
    if (!UNPRINTABLE.test(text)) return [`${number}: ${JSON.stringify(text)}`]
    const fields = this.left.fields
    const nested = this.depth < DEEPEST ? new Message(this.bytes, from, to, this.depth + 1, this.left).read() : undefined
    if (nested !== undefined) return [`${number} {`, ...nested.map((line) => `  ${line}`), '}']
    this.left.fields = fields
    const shown = [...latin1(this.bytes, from, Math.min(to, from + LONGEST_BYTES))].map(hex).join('')
    return [`${number}: 0x${shown}${to - from > LONGEST_BYTES ? `… (${to - from} bytes)` : ''}`]
  }

  /** At most ten bytes; undefined when it is longer or cut. */
  private varint(): bigint | undefined {
    let value = 0n
    for (let shift = 0n; shift < 70n && this.at < this.end; shift += 7n) {
      const byte = this.bytes[this.at++]
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    return undefined
  }
}

const UNPRINTABLE = /(?![\t\n\r])[\p{Cc}\ufffd]/u
const hex = (character: string): string => character.charCodeAt(0).toString(16).padStart(2, '0')

/** As a whole number; and as a floating point one, where it looks like that. */
const fixed = (bytes: Uint8Array, at: number, size: number): string => {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size)
  const float = size === 4 ? view.getFloat32(0, true) : view.getFloat64(0, true)
  const whole = size === 4 ? u32le(bytes, at) : view.getBigInt64(0, true)
  const isFloat = Number.isFinite(float) && Math.abs(float) > 1e-9 && Math.abs(float) < 1e15
  return isFloat ? `${whole} (${size === 4 ? Number(float.toPrecision(7)) : float})` : String(whole)
}
