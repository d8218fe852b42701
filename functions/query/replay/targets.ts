import { BlockList, isIP } from 'node:net'

/** Where requests may be sent again to. */
export interface Targets {
  /** A name (and those below it after `*.`), with a port or any. */
  names: { name: string; below: boolean; port: number | undefined }[]
  /** Addresses that were allowed by themselves, with a port or any. */
  networks: { list: BlockList; port: number | undefined }[]
}

/** Why a text names no targets: a sentence. */
export class InvalidTargets extends Error {
  override name = 'InvalidTargets'
}

const NAME = /^(\*\.)?[a-z0-9]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9_-]*[a-z0-9])?)*$/

/** Reads `name`, `*.name`, an address or `network/bits`, each with `:port` or without; IPv6 with a port in brackets. Throws `InvalidTargets`. */
export function parseTargets(text: string): Targets {
  const targets: Targets = { names: [], networks: [] }
  for (const entry of text.split(',').map((part) => part.trim().toLowerCase())) {
    const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^[\]]*?))(?::(\d{1,5}))?$/.exec(isIP(entry) === 6 ? `[${entry}]` : entry) ?? []
    const host = bracketed ?? plain ?? ''
    const port = digits === undefined ? undefined : Number(digits)
    const list = networkOf(host)
    if (port !== undefined && (port === 0 || port > 65_535)) throw invalid(entry)
    if (list) targets.networks.push({ list, port })
    else if (NAME.test(host) && !/^[\d.]+$/.test(host))
      targets.names.push({ name: host.replace(/^\*\./, ''), below: host.startsWith('*.'), port })
    else throw invalid(entry)
  }
  return targets
}

const invalid = (entry: string): InvalidTargets =>
  new InvalidTargets(`"${entry}" is no target: give a name, *.name, an address or network/bits, each with :port or without`)

function networkOf(host: string): BlockList | undefined {
  const [address, bits] = host.split('/')
  const version = isIP(address)
  if (version === 0) return undefined
  const [family, longest] = version === 4 ? (['ipv4', 32] as const) : (['ipv6', 128] as const)
  const prefix = bits === undefined ? longest : Number(bits)
  if (bits !== undefined && (!/^\d{1,3}$/.test(bits) || prefix > longest)) return undefined
  const list = new BlockList()
  list.addSubnet(address, prefix, family)
  return list
}

const holds = (list: BlockList, address: string): boolean => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
const portFits = (given: number | undefined, port: number): boolean => given === undefined || given === port

/** Whether requests to that host (a name or an address, as a URL has it) and port are allowed. What its name resolves to has to be asked for apart. */
export function allowsHost({ names, networks }: Targets, host: string, port: number): boolean {
  if (isIP(host)) return networks.some(({ list, port: given }) => portFits(given, port) && holds(list, host))
  return names.some(({ name, below, port: given }) => portFits(given, port) && (below ? host.endsWith(`.${name}`) : host === name))
}

/**
 * Whether a name that is allowed may lead to that address. Not to this machine, its link or a cloud's metadata service:
 * whoever owns a name could point it there. Unless that address is itself a target.
 */
export const allowsAddress = ({ networks }: Targets, address: string, port: number): boolean =>
  !holds(INWARD, address) || networks.some(({ list, port: given }) => portFits(given, port) && holds(list, address))

/** Special-purpose addresses (RFC 6890). Private networks are not among them: that is where the systems are that one looks at. */
const INWARD = new BlockList()
for (const [address, prefix] of [
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['100.100.100.200', 32],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  INWARD.addSubnet(address, prefix, 'ipv4')
for (const [address, prefix] of [
  ['::', 127],
  ['fe80::', 10],
  ['fd00:ec2::', 32],
  ['ff00::', 8],
  ['64:ff9b::', 96],
  ['2002::', 16],
] as const)
  INWARD.addSubnet(address, prefix, 'ipv6')
