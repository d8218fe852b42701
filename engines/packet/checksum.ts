import { u16be } from '../bytes/numbers.ts'
import type { Frame } from './frame.ts'

/**
 * Whether the checksum of IPv4's header, or of TCP or UDP (RFC 1071), says that the packet was damaged. False as well
 * where it cannot be told: the packet was cut, or is larger than one on the wire, or its checksum was left to the network
 * card, as a capture on the sending host has it: then it is zero, or the sum of the pseudo-header alone.
 */
export const isDamaged = (frame: Frame): boolean => {
  const { bytes, network, transport, limit, sentEnd, protocol } = frame
  const length = sentEnd - transport
  if (limit < sentEnd || length > 0xffff) return false
  if (network >= 0 && u16be(bytes, network + 10) !== 0 && fold(sumOf(bytes, network, network + ((bytes[network] & 15) << 2), 0)) !== 0xffff)
    return true
  const stored = u16be(bytes, transport + (protocol === 6 ? 16 : 6))
  const addresses = pseudoSum(frame)
  if (stored === 0 || stored === fold(addresses) || stored === fold(addresses + length)) return false
  return fold(sumOf(bytes, transport, sentEnd, addresses + length)) !== 0xffff
}

/** Addresses and protocol; the length is the caller's to add. IPv4's as mapped addresses have words of ones, which are left out. */
const pseudoSum = (frame: Frame): number => {
  const sum = frame.protocol + words(frame.source3) + words(frame.target3)
  if (frame.version === 4) return sum
  return (
    sum +
    words(frame.source0) +
    words(frame.source1) +
    words(frame.source2) +
    words(frame.target0) +
    words(frame.target1) +
    words(frame.target2)
  )
}

const words = (word: number): number => (word >>> 16) + (word & 0xffff)

/** At most 64 KB, whose sum is below 2^32; the upper and the lower bytes of its words are summed apart. */
const sumOf = (bytes: Uint8Array, start: number, end: number, first: number): number => {
  let upper = 0
  let lower = 0
  let at = start
  for (; at + 3 < end; at += 4) {
    upper += bytes[at] + bytes[at + 2]
    lower += bytes[at + 1] + bytes[at + 3]
  }
  if (at < end) upper += bytes[at]
  if (at + 1 < end) lower += bytes[at + 1]
  if (at + 2 < end) upper += bytes[at + 2]
  return first + upper * 256 + lower
}

const fold = (sum: number): number => {
  const once = (sum & 0xffff) + (sum >>> 16)
  return (once & 0xffff) + (once >>> 16)
}
