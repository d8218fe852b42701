import { u16be, writeU16be } from '../bytes/numbers.ts'
import { cut } from './ethernet.ts'
import { type Frame, type IcmpError, TCP, UDP } from './frame.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import { type Layer, NONE } from './layer.ts'

/** RFC 792. */
export const decodeIcmp = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 8 > frame.limit) return cut(frame)
  const [type, code] = [bytes[at], bytes[at + 1]]
  const error =
    type === 3 ? (code === 4 ? 'tooBig' : 'unreachable') : type === 11 ? 'timeExceeded' : type === 4 || type === 12 ? 'other' : undefined
  return error ? quote(frame, at + 8, error) : NONE
}

const KINDS_6: readonly (IcmpError | undefined)[] = [undefined, 'unreachable', 'tooBig', 'timeExceeded', 'other']

/** RFC 4443. */
export const decodeIcmp6 = (frame: Frame): Layer => {
  const { bytes, offset: at } = frame
  if (at + 8 > frame.limit) return cut(frame)
  const error = KINDS_6[bytes[at]]
  return error ? quote(frame, at + 8, error) : NONE
}

/** The head of a packet is quoted, its ports at least: who sent it, and what conversation it was of. */
const quote = (frame: Frame, at: number, error: IcmpError): Layer => {
  const quoted = frame.quoteFrame()
  quoted.begin(frame.bytes, at, frame.limit, frame.limit - at, frame.at, frame.linkType, frame.interfaceId)
  const version = frame.bytes[at] >> 4
  if (at >= frame.limit || (version !== 4 && version !== 6)) return NONE
  // What is above IP is cut as a rule, so it is not decoded.
  if (version === 4) decodeIpv4(quoted)
  else decodeIpv6(quoted)
  const { bytes, protocol, offset } = quoted
  if ((protocol !== TCP && protocol !== UDP) || quoted.fragment > 0 || quoted.problem || offset + 4 > quoted.limit) return NONE
  quoted.sourcePort = u16be(bytes, offset)
  quoted.targetPort = u16be(bytes, offset + 2)
  quoted.ports = true
  frame.error = error
  return NONE
}

/** An ICMP message (or ICMPv6: types differ) that quotes the head of a packet; its checksum is left at zero. */
export const encodeIcmp = (quoted: Uint8Array, type: number, code: number): Uint8Array => {
  const bytes = new Uint8Array(8 + quoted.length)
  writeU16be(bytes, 0, (type << 8) | code)
  bytes.set(quoted, 8)
  return bytes
}
