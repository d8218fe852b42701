import type { OwnEndpoint } from '../port.ts'

/** The kernel numbers it first in every network namespace (LOOPBACK_IFINDEX). */
const LOOPBACK_INDEX = 1

/**
 * The whole filter of an interface, in pcap-filter(7) syntax. The user's comes last, since `vlan` in it moves the
 * offsets of all that follows it.
 *
 * The loopback device shows each packet twice, going out and coming in. libpcap hands over only the second, but both
 * would take room in the kernel's buffer: the packet type, which the kernel's filter can see, keeps the first out of it.
 */
export const wholeFilter = (user: string, exclude: readonly OwnEndpoint[], device: 'loopback' | 'any' | 'other'): string => {
  const parts: string[] = []
  if (device === 'loopback') parts.push('inbound')
  if (device === 'any') parts.push(`not (outbound and ifindex ${LOOPBACK_INDEX})`)
  parts.push(...exclude.map(notEndpoint))
  if (user.trim() !== '') parts.push(`(${user})`)
  return parts.join(' and ')
}

/** A server's own side only: other hosts' use of the same port is none of ours. */
const notEndpoint = ({ addresses, port }: OwnEndpoint): string => {
  if (addresses.length === 0) return `not (tcp port ${port})`
  const ends = addresses.flatMap((address) => ['src', 'dst'].map((end) => `(${end} host ${address} and tcp ${end} port ${port})`))
  return `not (${ends.join(' or ')})`
}
