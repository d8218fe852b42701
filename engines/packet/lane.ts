import type { Frame } from './frame.ts'

/** The finalizer of MurmurHash3: every bit of the input changes half of the output. */
const mix = (value: number): number => {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/** A 32-bit hash of addresses, ports and protocol, the same for both directions; of addresses and protocol where there are no ports. */
export const conversationHash = (frame: Frame): number => {
  const { ports } = frame
  let source = frame.source3 ^ Math.imul(ports ? frame.sourcePort : 0, 0x9e3779b1)
  let target = frame.target3 ^ Math.imul(ports ? frame.targetPort : 0, 0x9e3779b1)
  if (frame.version === 6) {
    source ^= mix(frame.source0 ^ mix(frame.source1 ^ mix(frame.source2)))
    target ^= mix(frame.target0 ^ mix(frame.target1 ^ mix(frame.target2)))
  }
  return mix((mix(source) + mix(target)) ^ Math.imul(frame.protocol, 0x27d4eb2f))
}

/** Which of `lanes` lanes (0 … lanes - 1) the packet belongs to. What is not IP goes to the first, an ICMP error to that of the packet it quotes. Fragments: see LaneSplitter. */
export const laneOf = (frame: Frame, lanes: number): number => {
  if (frame.version === 0) return 0
  const of = frame.error && frame.quoted ? frame.quoted : frame
  return (conversationHash(of) >>> 0) % lanes
}
