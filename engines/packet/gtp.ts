import { u16be, writeU16be } from '../bytes/numbers.ts'
import { enterTunnel, type Frame } from './frame.ts'
import { IPV4, IPV6, type Layer, NONE } from './layer.ts'

/** 3GPP TS 29.281, 4.4.2.3. */
export const GTP_PORT = 2152

const PROTOCOL_TYPE = 0x10
const EXTENSION = 4
const ANY_OPTION = 7
/** The message type of user data. */
const G_PDU = 255

/**
 * 3GPP TS 29.281, 5: version 1, user data. Each extension header says its length in words of four bytes, and what
 * follows it. The length must fit and IP follow: else it is another protocol on the port.
 */
export const decodeGtp = (frame: Frame): Layer => {
  const { bytes, payload: at, limit } = frame
  if (at + 8 > limit || bytes[at] >> 5 !== 1 || (bytes[at] & PROTOCOL_TYPE) === 0 || bytes[at + 1] !== G_PDU) return NONE
  const length = u16be(bytes, at + 2)
  if (length !== 0 && at + 8 + length > frame.sentEnd) return NONE
  let next = at + 8
  if (bytes[at] & ANY_OPTION) {
    let extension = bytes[at] & EXTENSION ? bytes[at + 11] : 0
    next += 4
    while (extension !== 0) {
      const words = bytes[next]
      if (next >= limit || words === 0) return NONE
      next += 4 * words
      if (next > limit) return NONE
      extension = bytes[next - 1]
    }
  }
  if (next + 20 > limit) return NONE
  const version = bytes[next] >> 4
  if (version !== 4 && version !== 6) return NONE
  frame.offset = next
  return enterTunnel(frame, version === 4 ? IPV4 : IPV6)
}

/** User data; each extension header is whole but for its last byte, which says what follows. */
export const encodeGtp = (packet: Uint8Array, tunnel: number, extensions: { type: number; bytes: Uint8Array }[] = []): Uint8Array => {
  const options = extensions.length > 0 ? 4 : 0
  const size = extensions.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const bytes = new Uint8Array(8 + options + size + packet.length)
  bytes[0] = 0x30 | (options ? EXTENSION : 0)
  bytes[1] = G_PDU
  writeU16be(bytes, 2, bytes.length - 8)
  writeU16be(bytes, 6, tunnel)
  let at = 8 + options
  extensions.forEach((extension, i) => {
    bytes[at - 1] = extension.type
    bytes.set(extension.bytes, at)
    at += extension.bytes.length
    if (i === extensions.length - 1) bytes[at - 1] = 0
  })
  bytes.set(packet, at)
  return bytes
}
