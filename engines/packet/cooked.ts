import { u16be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { type Layer, LLC, ofEtherType } from './layer.ts'

/** Linux cooked capture, version 1: what the "any" device gives (LINKTYPE_LINUX_SLL). */
export const decodeCooked = (frame: Frame): Layer => after(frame, 16, 14)

/** Version 2: the type comes first, and the interface is told (LINKTYPE_LINUX_SLL2). */
export const decodeCooked2 = (frame: Frame): Layer => after(frame, 20, 0)

/** Protocol 4: an 802.2 frame. */
const after = (frame: Frame, header: number, typeAt: number): Layer => {
  const at = frame.offset
  if (at + header > frame.limit) return cut(frame)
  frame.offset = at + header
  const type = u16be(frame.bytes, at + typeAt)
  return type === 4 ? LLC : ofEtherType(type)
}
