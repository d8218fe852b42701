import { u16be, writeU16be, writeU32be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { type Layer, NONE } from './layer.ts'

/** RFC 9293, 3.1. Options are stepped over. */
export const decodeTcp = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 20 > frame.limit) return cut(frame)
  const header = (bytes[at + 12] >> 4) << 2
  if (header < 20 || at + header > frame.sentEnd) {
    frame.problem = 'bad header'
    return NONE
  }
  frame.sourcePort = u16be(bytes, at)
  frame.targetPort = u16be(bytes, at + 2)
  frame.sequence = (bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]
  frame.acknowledgement = (bytes[at + 8] << 24) | (bytes[at + 9] << 16) | (bytes[at + 10] << 8) | bytes[at + 11]
  frame.flags = bytes[at + 13] & 0x3f
  frame.window = u16be(bytes, at + 14)
  frame.transport = at
  payload(frame, at + header)
  return NONE
}

/** The rest of the packet is payload; a cut header leaves none of it. */
export const payload = (frame: Frame, at: number): void => {
  frame.payload = Math.min(at, frame.limit)
  frame.payloadEnd = frame.limit
  frame.payloadLength = frame.sentEnd - at
  frame.ports = true
}

export interface TcpFields {
  sourcePort: number
  targetPort: number
  sequence: number
  acknowledgement?: number
  flags: number
  options?: Uint8Array
  window?: number
}

/** A TCP segment, its checksum left at zero as a sending host's capture has it before the network card fills it in. */
export const encodeTcp = (data: Uint8Array, fields: TcpFields): Uint8Array => {
  const options = fields.options ?? new Uint8Array(0)
  const header = 20 + options.length
  const bytes = new Uint8Array(header + data.length)
  writeU16be(bytes, 0, fields.sourcePort)
  writeU16be(bytes, 2, fields.targetPort)
  writeU32be(bytes, 4, fields.sequence)
  writeU32be(bytes, 8, fields.acknowledgement ?? 0)
  bytes[12] = (header >> 2) << 4
  bytes[13] = fields.flags
  writeU16be(bytes, 14, fields.window ?? 65_535)
  bytes.set(options, 20)
  bytes.set(data, header)
  return bytes
}
