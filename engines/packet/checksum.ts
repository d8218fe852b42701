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
  let sum = frame.protocol + words(frame.source3) + words(frame.target3)
  if (frame.version === 4) return sum
  for (const word of [frame.source0, frame.source1, frame.source2, frame.target0, frame.target1, frame.target2]) sum += words(word)
  return sum
}

const words = (word: number): number => (word >>> 16) + (word & 0xffff)

const sumOf = (bytes: Uint8Array, start: number, end: number, first: number): number => {
  let sum = first
  let at = start
  for (; at + 1 < end; at += 2) sum += (bytes[at] << 8) | bytes[at + 1]
  return at < end ? sum + (bytes[at] << 8) : sum
}

const fold = (sum: number): number => {
  let folded = sum
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x10000)
  return folded
}
