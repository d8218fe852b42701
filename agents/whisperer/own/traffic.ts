import { parseIp } from '#engines/packet/address.ts'
import type { Frame } from '#engines/packet/frame.ts'

/** Where Spider runs, as addresses: what is sent between them is no news. */
export interface OwnPlaces {
  /** Its pods and services: all that they send and receive. */
  pods: string[]
  /** Pods and services that carry its messages, others' too: what they say to each other and to nodes. */
  carriers: string[]
  nodes: string[]
  /** Servers that its pods use: what nodes say to them, for a pod's address may have become its node's on the way. */
  servers: { address: string; port: number }[]
  /** One of its pods is being started, and its address is not known yet. */
  isStarting: boolean
}

type Key = number | string

/** Tells Spider's own packets by their two ends. */
export class OwnTraffic {
  #pods: ReadonlySet<Key>
  #carriers: ReadonlySet<Key>
  #nodes: ReadonlySet<Key>
  #servers: ReadonlySet<string>

  constructor({ pods, carriers, nodes, servers }: Omit<OwnPlaces, 'isStarting'>) {
    this.#pods = new Set(pods.map(keyOf))
    this.#carriers = new Set(carriers.map(keyOf))
    this.#nodes = new Set(nodes.map(keyOf))
    this.#servers = new Set(servers.map(({ address, port }) => `${keyOf(address)} ${port}`))
  }

  has(frame: Frame): boolean {
    const isV4 = frame.version === 4
    const source = isV4 ? frame.source3 : frame.sourceIp()
    const target = isV4 ? frame.target3 : frame.targetIp()
    if (this.#pods.has(source) || this.#pods.has(target)) return true
    if (this.#carriers.has(source)) return this.#carriers.has(target) || this.#nodes.has(target)
    if (!this.#nodes.has(source)) return this.#nodes.has(target) && this.#servers.has(`${source} ${frame.sourcePort}`)
    return this.#carriers.has(target) || this.#servers.has(`${target} ${frame.targetPort}`)
  }
}

/** IPv4: the number that a frame has; IPv6: its text. */
function keyOf(address: string): Key {
  return address.includes(':') ? address : parseIp(address)[3]
}
