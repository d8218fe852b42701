import { BlockList, isIPv6 } from 'node:net'

/** Addresses that mean nothing outside of their network (RFC 1918, 6598, 3927, 4193, 4291). */
const RANGES = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
]

const list = new BlockList()
for (const range of RANGES) {
  const [network, bits] = range.split('/')
  list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4')
}

export const isPrivate = (ip: string): boolean => list.check(ip, isIPv6(ip) ? 'ipv6' : 'ipv4')
