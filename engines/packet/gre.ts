import { u16be, writeU16be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import { enterTunnel, type Frame } from './frame.ts'
import { ERSPAN_2, ERSPAN_3, ETHERNET, type Layer, NONE, ofEtherType, PPP } from './layer.ts'

const CHECKSUM = 0x8000
const ROUTING = 0x4000
const KEY = 0x2000
const SEQUENCE = 0x1000
/** Version 1 alone: the acknowledgement number of PPTP (RFC 2637). */
const ACKNOWLEDGEMENT = 0x0080

/** RFC 2784 with key and sequence (RFC 2890), and version 1, which carries PPP (RFC 2637). Source routes (RFC 1701) are not followed. */
export const decodeGre = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 4 > frame.limit) return cut(frame)
  const flags = u16be(bytes, at)
  const type = u16be(bytes, at + 2)
  const version = flags & 7
  if (version > 1 || flags & ROUTING || (version === 1 && type !== 0x880b)) return NONE
  const optional =
    (flags & CHECKSUM ? 1 : 0) + (flags & KEY ? 1 : 0) + (flags & SEQUENCE ? 1 : 0) + (version === 1 && flags & ACKNOWLEDGEMENT ? 1 : 0)
  const next = at + 4 + 4 * optional
  if (version === 1) {
    // The key's upper half is the payload's length; an acknowledgement alone carries none.
    const end = next + u16be(bytes, at + 4)
    if ((flags & SEQUENCE) === 0) return NONE
    if (end < frame.sentEnd) frame.sentEnd = end
    if (end < frame.limit) frame.limit = end
  }
  if (next > frame.limit) return cut(frame)
  frame.offset = next
  return enterTunnel(frame, ofGreType(type, (flags & SEQUENCE) !== 0))
}

/** ERSPAN I has the type of II, and no header: it is told by the sequence number that it lacks. */
const ofGreType = (type: number, sequence: boolean): Layer => {
  switch (type) {
    case 0x6558:
      return ETHERNET
    case 0x88be:
      return sequence ? ERSPAN_2 : ETHERNET
    case 0x22eb:
      return ERSPAN_3
    case 0x880b:
      return PPP
    default:
      return ofEtherType(type)
  }
}

export interface GreFields {
  type: number
  key?: number
  sequence?: number
}

/** GRE, version 0. */
export const encodeGre = (payload: Uint8Array, { type, key, sequence }: GreFields): Uint8Array => {
  const words = [key, sequence].filter((word) => word !== undefined)
  const bytes = new Uint8Array(4 + 4 * words.length + payload.length)
  writeU16be(bytes, 0, (key === undefined ? 0 : KEY) | (sequence === undefined ? 0 : SEQUENCE))
  writeU16be(bytes, 2, type)
  words.forEach((word, i) => {
    writeU16be(bytes, 6 + 4 * i, word)
  })
  bytes.set(payload, 4 + 4 * words.length)
  return bytes
}
