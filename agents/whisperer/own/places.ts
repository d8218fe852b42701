import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { networkInterfaces } from 'node:os'
import { type Api, follow, type Pod, type Service } from './kubernetes.ts'
import type { OwnPlaces } from './traffic.ts'

export interface OwnOptions {
  /** The namespace whose pods are Spider's. */
  namespace: string
  /** Namespaces whose pods carry its messages. */
  carriers: readonly string[]
  /** Servers that its pods use. */
  servers: readonly { host: string; port: number }[]
}

export interface OwnEvents {
  places(places: OwnPlaces): void
  /** Why something of Spider may be captured now; undefined: nothing is. */
  failed(reason: string | undefined): void
}

/** Addresses of names change: they are asked for this often, and what a name once had is kept for so long. */
const ASK_MS = 5_000
/** What only time changes is told this often. */
const TELL_MS = 1_000
const KEEP_MS = 3_600_000
/** A node tells the address of a pod it was given within a second or two; packets wait for it no longer than this. */
const STARTING_MS = 5_000
/** What was on its way to a pod still comes when it is gone. Networks give an address out again later than that. */
const LINGER_MS = 5_000
/** All must have been told for the first time within this, or the capture begins without. */
const FIRST_MS = 10_000

/** Follows where Spider runs in a cluster. */
export class OwnParts {
  #options: OwnOptions
  #api: Api
  #events: OwnEvents
  #ending = new AbortController()
  #pods = new Map<string, readonly Pod[]>()
  #services = new Map<string, readonly Service[]>()
  #troubles = new Map<string, string>()
  /** Addresses of Spider's pods, and until when each is left out, ms; those that are there now: without end. */
  #own = new Map<string, number>()
  #servers = new Map<string, { address: string; port: number; until: number }>()
  /** When a pod without an address was first seen on its node, by uid. */
  #starting = new Map<string, number>()
  #timers: NodeJS.Timeout[] = []
  #told = ''

  constructor(options: OwnOptions, api: Api, events: OwnEvents) {
    this.#options = options
    this.#api = api
    this.#events = events
  }

  /** Begins; resolves when all is known for the first time, or cannot be known now. */
  async start(): Promise<void> {
    const { namespace, carriers } = this.#options
    const first = [
      ...[namespace, ...carriers].map((name) => this.#follow('pods', name, this.#pods)),
      ...[namespace, ...carriers].map((name) => this.#follow('services', name, this.#services)),
    ]
    this.#timers.push(setInterval(() => void this.#askServers(), ASK_MS))
    this.#timers.push(setInterval(() => this.#tell(), TELL_MS))
    let late: NodeJS.Timeout | undefined
    await Promise.race([
      Promise.all([...first, this.#askServers()]),
      new Promise((resolve) => {
        late = setTimeout(resolve, FIRST_MS)
      }),
    ])
    clearTimeout(late)
    this.#tell()
  }

  stop(): void {
    this.#ending.abort()
    for (const timer of this.#timers) clearInterval(timer)
  }

  /** Resolves when they are told for the first time, or cannot be told now. */
  #follow<Kind extends Pod | Service>(kind: 'pods' | 'services', namespace: string, into: Map<string, readonly Kind[]>): Promise<void> {
    return new Promise((resolve) => {
      const changed = (items: readonly Kind[]): void => {
        into.set(namespace, items)
        this.#tell()
        resolve()
      }
      const failed = (reason: string | undefined): void => {
        this.#trouble(`${kind} ${namespace}`, reason)
        if (reason !== undefined) resolve()
      }
      void follow(this.#api, kind, namespace, { changed, failed }, this.#ending.signal)
    })
  }

  async #askServers(): Promise<void> {
    const until = Date.now() + KEEP_MS
    for (const { host, port } of this.#options.servers) {
      try {
        for (const { address } of await lookup(host, { all: true })) this.#servers.set(`${address} ${port}`, { address, port, until })
        this.#trouble(host, undefined)
      } catch (error) {
        this.#trouble(host, `the name ${host} has no address (${(error as NodeJS.ErrnoException).code})`)
      }
    }
    for (const [key, server] of this.#servers) if (server.until < Date.now()) this.#servers.delete(key)
  }

  #trouble(of: string, reason: string | undefined): void {
    if (reason === undefined) this.#troubles.delete(of)
    else this.#troubles.set(of, reason)
    const [first] = this.#troubles.values()
    this.#events.failed(first && `Spider's own traffic may be captured too: ${first}`)
  }

  #tell(): void {
    const places = this.#places()
    const said = JSON.stringify(places)
    if (said === this.#told) return
    this.#told = said
    this.#events.places(places)
  }

  #places(): OwnPlaces {
    const { namespace, carriers: names } = this.#options
    const own = this.#pods.get(namespace) ?? []
    const carriers = names.flatMap((name) => this.#pods.get(name) ?? [])
    const servicesOf = (name: string): string[] => (this.#services.get(name) ?? []).flatMap(({ spec }) => spec.clusterIPs ?? [])
    const now = Date.now()
    const there = new Set(own.flatMap(addressesOf))
    for (const address of there) this.#own.set(address, Number.POSITIVE_INFINITY)
    for (const [address, until] of this.#own) {
      if (there.has(address)) continue
      if (until === Number.POSITIVE_INFINITY) this.#own.set(address, now + LINGER_MS)
      else if (until < now) this.#own.delete(address)
    }
    const nodes = [...own, ...carriers].flatMap(({ status }) => (status.hostIPs ?? []).map(({ ip }) => ip))
    return {
      pods: sorted([...this.#own.keys(), ...servicesOf(namespace)]),
      carriers: sorted([...carriers.flatMap(addressesOf), ...names.flatMap(servicesOf), this.#api.url.hostname.replace(/^\[|\]$/g, '')]),
      nodes: sorted([...nodes, ...addressesHere()]),
      servers: [...this.#servers.values()].map(({ address, port }) => ({ address, port })),
      isStarting: this.#isStarting(own, now),
    }
  }

  #isStarting(own: readonly Pod[], now: number): boolean {
    const waiting = own.filter(hasNoAddressYet).map(({ metadata }) => metadata.uid)
    this.#starting = new Map(waiting.map((uid) => [uid, this.#starting.get(uid) ?? now]))
    return [...this.#starting.values()].some((since) => now - since < STARTING_MS)
  }
}

/** Each once; what is no address (`None`, a name) is left out. */
const sorted = (addresses: readonly string[]): string[] => [...new Set(addresses)].filter((address) => isIP(address) > 0).sort()

const isOver = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed'

/** What it alone has: a pod of the host's network has the node's address, and one that is over has none. */
const addressesOf = (pod: Pod): string[] => (pod.spec.hostNetwork || isOver(pod) ? [] : (pod.status.podIPs ?? []).map(({ ip }) => ip))

const hasNoAddressYet = (pod: Pod): boolean =>
  pod.spec.nodeName !== undefined && !pod.spec.hostNetwork && !isOver(pod) && (pod.status.podIPs ?? []).length === 0

/** Of the node, where the agent has the node's network: also those by which it reaches its pods. */
const addressesHere = (): string[] =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
