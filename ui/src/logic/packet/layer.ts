import { u16be, u32be } from '#engines/bytes/numbers.ts'

/** A value in a packet, and the bytes it was read from: `from` to `to`, counted from the packet's first. */
export interface PacketField {
  name: string
  value: string
  from: number
  to: number
}

/** A layer of a packet. */
export interface PacketLayer {
  name: string
  /** Of the header. */
  from: number
  to: number
  fields: PacketField[]
  /** What the bytes are that no header holds, or why reading ended here. */
  note?: string
}

/** Reads a header's fields one after the other. */
export class Header {
  readonly fields: PacketField[] = []
  readonly bytes: Uint8Array
  readonly from: number
  constructor(bytes: Uint8Array, from: number) {
    this.bytes = bytes
    this.from = from
  }

  u8(at: number): number {
    return this.bytes[this.from + at]
  }
  u16(at: number): number {
    return u16be(this.bytes, this.from + at)
  }
  u32(at: number): number {
    return u32be(this.bytes, this.from + at)
  }

  /** Notes a field; `at` and `length` in the header. */
  field(name: string, at: number, length: number, value: string | number): this {
    this.fields.push({ name, value: String(value), from: this.from + at, to: this.from + at + length })
    return this
  }

  layer(name: string, length: number): PacketLayer {
    return { name, from: this.from, to: this.from + length, fields: this.fields }
  }
}

export const hex = (value: number, digits: number): string => `0x${value.toString(16).padStart(digits, '0')}`

export const mac = (bytes: Uint8Array, at: number): string =>
  Array.from(bytes.subarray(at, at + 6), (byte) => byte.toString(16).padStart(2, '0')).join(':')

/** Names of bits that are set, from the highest. */
export const bits = (value: number, names: [number, string][]): string =>
  names
    .filter(([bit]) => value & bit)
    .map(([, name]) => name)
    .join(' ')
