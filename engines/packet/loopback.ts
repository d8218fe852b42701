import { cut } from './ethernet.ts'
import type { Frame } from './frame.ts'
import { IPV4, IPV6, type Layer, NONE } from './layer.ts'

/**
 * BSD's loopback (LINKTYPE_NULL, LINKTYPE_LOOP): an address family in four bytes of either order. Its number for IPv6
 * differs from system to system, so the version in the IP header decides.
 */
export const decodeLoopback = (frame: Frame): Layer => {
  frame.offset += 4
  return decodeRawIp(frame)
}

/** IP without a link layer (LINKTYPE_RAW and its like). */
export const decodeRawIp = (frame: Frame): Layer => {
  if (frame.offset >= frame.limit) return cut(frame)
  const version = frame.bytes[frame.offset] >> 4
  return version === 4 ? IPV4 : version === 6 ? IPV6 : NONE
}
