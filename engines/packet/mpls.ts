import { writeU32be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { ETHERNET, IPV4, IPV6, type Layer, NONE } from './layer.ts'

/** RFC 3032: labels down to the bottom of the stack. What lies below is not named: a version tells IP, and a control word (RFC 4385) Ethernet. */
export const decodeMpls = (frame: Frame): Layer => {
  const { bytes } = frame
  for (;;) {
    const at = frame.offset
    if (at + 5 > frame.limit) return cut(frame)
    frame.offset = at + 4
    if (bytes[at + 2] & 1) break
  }
  const first = bytes[frame.offset] >> 4
  if (first === 4) return IPV4
  if (first === 6) return IPV6
  if (first !== 0) return NONE
  frame.offset += 4
  return ETHERNET
}

/** A stack of labels; the last is its bottom. */
export const encodeMpls = (payload: Uint8Array, labels: number[]): Uint8Array => {
  const bytes = new Uint8Array(4 * labels.length + payload.length)
  labels.forEach((label, i) => {
    writeU32be(bytes, 4 * i, ((label << 12) | (i === labels.length - 1 ? 0x100 : 0) | 64) >>> 0)
  })
  bytes.set(payload, 4 * labels.length)
  return bytes
}
