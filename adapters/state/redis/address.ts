import { UnusableRedis } from './errors.ts'

export interface Host {
  host: string
  port: number
}

/** Where a Redis is and how it is reached. */
export interface Address {
  kind: 'single' | 'cluster' | 'sentinel'
  hosts: Host[]
  tls: boolean
  username?: string
  password?: string
  /** Database number; a Cluster has only 0. */
  db: number
  /** Name of the master that the sentinels watch. */
  master?: string
  /** For people: without user and password. */
  label: string
}

const FORM = /^redis(s?)(?:\+(cluster|sentinel))?:\/\/(?:([^@/]*)@)?([^@/?#]+)((?:\/[^/?#]*)*)$/
const PORTS = { single: 6379, cluster: 6379, sentinel: 26379 }

/**
 * Reads `redis://[user:password@]host[:port][/db]`, `redis+cluster://host:port,host:port`, `redis+sentinel://host:port,host:port/master[/db]`,
 * each with `rediss` for TLS. User and password are percent-encoded. Throws `UnusableRedis`, never with the password in it.
 */
export function parseAddress(url: string): Address {
  const [, secure, kind = 'single', credentials, places, path] = FORM.exec(url) ?? []
  if (places === undefined)
    throw new UnusableRedis(
      'the address of Redis is not of the form redis://[user:password@]host[:port][/db], redis+cluster://host:port,… or redis+sentinel://host:port,…/master (rediss for TLS; percent-encode what is special in a password)',
    )
  const of = kind as Address['kind']
  const hosts = places.split(',').map((place) => parseHost(place, PORTS[of]))
  const parts = path.split('/').slice(1)
  const master = of === 'sentinel' ? decode(parts.shift() ?? '') : undefined
  if (master === '')
    throw new UnusableRedis('the address of Redis names no master behind the sentinels: redis+sentinel://host:port,…/master')
  const db = Number(parts.shift() || 0)
  if (!Number.isInteger(db) || db < 0 || parts.length > 0)
    throw new UnusableRedis('the address of Redis ends with something that is no number of a database')
  if (of === 'cluster' && db > 0) throw new UnusableRedis('a Redis Cluster has database 0 only: leave the number out of its address')
  const scheme = `redis${secure}${of === 'single' ? '' : `+${of}`}`
  const label = `${scheme}://${places}${path === '/' ? '' : path}`
  return { kind: of, hosts, tls: secure === 's', db, label, ...(master && { master }), ...parseCredentials(credentials) }
}

function parseHost(place: string, port: number): Host {
  const [, six, name, number] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]\s]+))(?::(\d{1,5}))?$/.exec(place) ?? []
  if (!(six ?? name) || Number(number) > 65_535) throw new UnusableRedis('the address of Redis holds something that is no host:port')
  return { host: six ?? name, port: number ? Number(number) : port }
}

function parseCredentials(credentials: string | undefined): Pick<Address, 'username' | 'password'> {
  if (!credentials) return {}
  const colon = credentials.indexOf(':')
  const username = decode(colon < 0 ? credentials : credentials.slice(0, colon))
  const password = colon < 0 ? undefined : decode(credentials.slice(colon + 1))
  return { ...(username && { username }), ...(password && { password }) }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) throw new UnusableRedis('the address of Redis holds a % that begins no percent-encoded character')
    throw error
  }
}
