import { u16le } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { type Layer, LLC, NONE, WIFI } from './layer.ts'

const DATA = 2
const PROTECTED = 0x40
const QOS = 0x80
const NO_DATA = 0x40
const ORDER = 0x80
const AGGREGATE = 0x80

/** Fields of radiotap.org that say whether the header is padded to four bytes: the first is eight bytes long and aligned so. */
const HAS_TIME = 1
const HAS_FLAGS = 2
const MORE_WORDS = 0x80
const PADDED = 0x20

/** Radio facts before an IEEE 802.11 frame (LINKTYPE_IEEE802_11_RADIOTAP). */
export const decodeRadiotap = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  const length = u16le(bytes, at + 2)
  if (at + 8 > frame.limit || length < 8) return cut(frame)
  let fields = at + 8
  for (let word = at + 4; bytes[word + 3] & MORE_WORDS && fields < at + length; word += 4) fields += 4
  const flags = bytes[at + 4] & HAS_TIME ? fields + ((at + 8 - fields) & 7) + 8 : fields
  frame.offset = at + length
  if (bytes[at + 4] & HAS_FLAGS && flags < at + length && bytes[flags] & PADDED) return wifi(frame, 4)
  return WIFI
}

/** An IEEE 802.11 data frame that is not encrypted; its payload is 802.2 with SNAP. */
export const decodeWifi = (frame: Frame): Layer => wifi(frame, 2)

/** Of an aggregate (A-MSDU) the first frame is read, which has two addresses and a length before it. */
const wifi = (frame: Frame, alignment: number): Layer => {
  const { bytes, offset: at } = frame
  if (at + 24 > frame.limit) return cut(frame)
  const control = bytes[at]
  const flags = bytes[at + 1]
  if (((control >> 2) & 3) !== DATA || control & NO_DATA || flags & PROTECTED) return NONE
  const fourAddresses = (flags & 3) === 3
  const quality = at + 24 + (fourAddresses ? 6 : 0)
  if (control & QOS && quality + 2 > frame.limit) return cut(frame)
  const header = quality - at + (control & QOS ? (flags & ORDER ? 6 : 2) : 0)
  frame.offset = at + header + (-header & (alignment - 1))
  if (control & QOS && bytes[quality] & AGGREGATE) frame.offset += 14
  return LLC
}
