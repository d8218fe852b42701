import { u16le } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { type Layer, LLC, NONE, WIFI } from './layer.ts'

const DATA = 2
const PROTECTED = 0x40
const QOS = 0x80
const NO_DATA = 0x40

/** Radio facts before an IEEE 802.11 frame (LINKTYPE_IEEE802_11_RADIOTAP). */
export const decodeRadiotap = (frame: Frame): Layer => {
  if (frame.offset + 4 > frame.limit) return cut(frame)
  frame.offset += u16le(frame.bytes, frame.offset + 2)
  return WIFI
}

/** An IEEE 802.11 data frame that is not encrypted; its payload is 802.2 with SNAP. */
export const decodeWifi = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 24 > frame.limit) return cut(frame)
  const control = bytes[at]
  const flags = bytes[at + 1]
  if (((control >> 2) & 3) !== DATA || control & NO_DATA || flags & PROTECTED) return NONE
  const fourAddresses = (flags & 3) === 3
  frame.offset = at + 24 + (fourAddresses ? 6 : 0) + (control & QOS ? 2 : 0)
  return LLC
}
