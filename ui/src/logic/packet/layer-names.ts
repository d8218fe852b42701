import { hex } from './layer.ts'

const ETHER_TYPES: Record<number, string> = {
  2048: 'IPv4',
  2054: 'ARP',
  25944: 'Ethernet',
  33024: 'VLAN',
  34525: 'IPv6',
  34827: 'PPP',
  34887: 'MPLS',
  34916: 'PPPoE',
  34984: 'VLAN',
  35006: 'ERSPAN',
  35151: 'NSH',
}

/** An EtherType, with the name of what it is of. */
export const etherName = (type: number): string => `${hex(type, 4)}${ETHER_TYPES[type] ? ` (${ETHER_TYPES[type]})` : ''}`
