import type { OwnEndpoint } from '../port.ts'

/**
 * The whole filter of a capture, in pcap-filter(7) syntax. The user's comes last, since `vlan` in it moves the offsets
 * of all that follows it.
 */
export const wholeFilter = (user: string, exclude: readonly OwnEndpoint[]): string => {
  const parts = exclude.map(notEndpoint)
  if (user.trim() !== '') parts.push(`(${user})`)
  return parts.join(' and ')
}

/** A server's own side only: other hosts' use of the same port is none of ours. */
const notEndpoint = ({ addresses, port }: OwnEndpoint): string => {
  if (addresses.length === 0) return `not (tcp port ${port})`
  const ends = addresses.flatMap((address) => ['src', 'dst'].map((end) => `(${end} host ${address} and tcp ${end} port ${port})`))
  return `not (${ends.join(' or ')})`
}
