import { isIP } from 'node:net'
import type { Event } from '#events/define.ts'
import { type HostsResolved, hostsResolved } from '#events/hosts-resolved.ts'
import type { Identity } from '../agent/identity.ts'
import type { Learned } from './gather.ts'
import { isPrivate } from './private.ts'

type Host = HostsResolved['hosts'][number]

export interface NamesOptions {
  identity: Identity
  /** Which addresses the resolver is asked for. */
  resolve: 'private' | 'all' | 'none'
  /** Names that go before all others, by address. */
  hostsFile: ReadonlyMap<string, string>
  /** The name of an address; rejects or answers none when it has none. */
  reverse(ip: string): Promise<string[]>
  tell(event: Event): void
}

/** What a resolver says, also that there is no name, holds so long (ms); what a DNS answer says, its time to live but at least so long. */
const HOLDS = 3_600_000
const LEAST = 60_000
const MOST_KNOWN = 50_000
const MOST_ASKED = 10_000
/** Pause between two questions (ms): names are not worth a flood. */
const PACE = 50
const TOGETHER = 500

/** Names of addresses: from the hosts file, from DNS answers seen, then from the resolver. Each is told when it is new or has changed. */
export class Names {
  #options: NamesOptions
  #known = new Map<string, { name: string; until: number }>()
  #asked: string[] = []
  #news: Host[] = []
  #told = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(options: NamesOptions) {
    this.#options = options
  }

  learn({ names, addresses }: Learned): void {
    for (const { ip, name, ttl } of names)
      if (!this.#options.hostsFile.has(ip)) this.#keep(ip, name, 'dns-answer', Math.max(LEAST, ttl * 1000))
    for (const ip of addresses) this.#meet(ip)
    this.flush()
    this.#ask()
  }

  /** Tells what is new. */
  flush(): void {
    const { identity, tell } = this.#options
    while (this.#news.length > 0) {
      const hosts = this.#news.splice(0, TOGETHER)
      this.#told++
      tell(
        hostsResolved.make(
          `/agents/${identity.id}`,
          { agent: identity.id, hosts },
          { id: `${identity.id}/hosts/${this.#told}`, time: new Date().toISOString() },
        ),
      )
    }
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.flush()
  }

  #meet(ip: string): void {
    const inFile = this.#options.hostsFile.get(ip)
    if (inFile !== undefined) this.#keep(ip, inFile, 'hosts-file', HOLDS)
    else if (this.#isKnown(ip)) return
    else if (this.#wanted(ip) && this.#asked.length < MOST_ASKED && !this.#asked.includes(ip)) this.#asked.push(ip)
  }

  #wanted(ip: string): boolean {
    const { resolve } = this.#options
    return isIP(ip) !== 0 && (resolve === 'all' || (resolve === 'private' && isPrivate(ip)))
  }

  #isKnown(ip: string): boolean {
    const known = this.#known.get(ip)
    return known !== undefined && known.until > Date.now()
  }

  /** An empty name: it has none. */
  #keep(ip: string, name: string, origin: Host['origin'], holds: number): void {
    const now = Date.now()
    const before = this.#known.get(ip)
    this.#known.delete(ip)
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value as string)
    this.#known.set(ip, { name, until: now + holds })
    const isNews = before?.name !== name || before.until <= now
    if (name !== '' && isNews) this.#news.push({ ip, name, origin, at: now })
  }

  #ask(): void {
    if (this.#closed || this.#timer || this.#asked.length === 0) return
    this.#timer = setTimeout(async () => {
      const ip = this.#asked.shift() as string
      if (!this.#isKnown(ip)) this.#keep(ip, await this.#resolve(ip), 'resolver', HOLDS)
      this.#timer = undefined
      if (this.#closed) return
      if (this.#asked.length === 0 || this.#news.length >= TOGETHER) this.flush()
      this.#ask()
    }, PACE)
    this.#timer.unref()
  }

  /** An address without a name is nothing wrong. */
  async #resolve(ip: string): Promise<string> {
    const names = await this.#options.reverse(ip).catch((): string[] => [])
    return (names[0] ?? '').toLowerCase().replace(/\.$/, '').slice(0, 255)
  }
}

/** hosts(5): the first name of each line. */
export const readHosts = (text: string): Map<string, string> => {
  const names = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [ip, name] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (ip && name && isIP(ip) !== 0 && !names.has(ip)) names.set(ip, name.toLowerCase())
  }
  return names
}
