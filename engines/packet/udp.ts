import { u16be, writeU16be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { GTP_PORT } from './gtp.ts'
import { GENEVE, GTP, type Layer, NONE, VXLAN } from './layer.ts'
import { payload } from './tcp.ts'
import { GENEVE_PORT, VXLAN_PORTS } from './vxlan.ts'

/** RFC 768. */
export const decodeUdp = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 8 > frame.limit) return cut(frame)
  const length = u16be(bytes, at + 4)
  // Zero: a jumbogram, or left to the network card.
  if (length !== 0) {
    if (length < 8) {
      frame.problem = 'bad header'
      return NONE
    }
    frame.sentEnd = Math.min(frame.sentEnd, at + length)
    if (frame.sentEnd < frame.limit) frame.limit = frame.sentEnd
  }
  frame.sourcePort = u16be(bytes, at)
  frame.targetPort = u16be(bytes, at + 2)
  frame.transport = at
  payload(frame, at + 8)
  return tunnelOn(frame.targetPort)
}

/** What a port is for; whether the payload is that, its own layer finds out. */
const tunnelOn = (port: number): Layer => {
  switch (port) {
    case VXLAN_PORTS.standard:
    case VXLAN_PORTS.linux:
      return VXLAN
    case GENEVE_PORT:
      return GENEVE
    case GTP_PORT:
      return GTP
    default:
      return NONE
  }
}

/** A UDP datagram without a checksum. */
export const encodeUdp = (data: Uint8Array, sourcePort: number, targetPort: number): Uint8Array => {
  const bytes = new Uint8Array(8 + data.length)
  writeU16be(bytes, 0, sourcePort)
  writeU16be(bytes, 2, targetPort)
  writeU16be(bytes, 4, bytes.length)
  bytes.set(data, 8)
  return bytes
}
