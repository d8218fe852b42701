/** Who stands where: each service and the customers have a loopback address of their own, as hosts in a network have. */
export const ADDRESSES = {
  customer: '127.0.0.10',
  gateway: '127.0.0.11',
  catalogue: '127.0.0.12',
  orders: '127.0.0.13',
  payment: '127.0.0.14',
  names: '127.0.0.15',
  bank: '127.0.0.9',
  auditor: '127.0.0.8',
} as const

/** What the shop says, DNS included, in pcap-filter syntax. */
export const FILTER = 'net 127.0.0.8/29'

export type ServiceName = 'gateway' | 'catalogue' | 'orders' | 'payment' | 'bank'
export const SERVICES: readonly ServiceName[] = ['gateway', 'catalogue', 'orders', 'payment', 'bank']
/** Who speaks TLS only. */
export const SECURE: readonly ServiceName[] = ['bank']

/** `.test` is nobody's domain (RFC 6761, section 6.2). */
export const domainOf = (name: keyof typeof ADDRESSES): string => `${name}.shop.test`
