import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import { Client } from '@elastic/elasticsearch'
import type { Codec } from './probe.ts'

export interface ElasticsearchOptions {
  /** Of one node or several of one cluster; a user and password in it count as `username` and `password`. */
  url: string | string[]
  username?: string
  password?: string
  /** Instead of user and password. */
  apiKey?: string
  /** File with the certificates of the authority to trust, in PEM. */
  ca?: string
  /** SHA-256 fingerprint of the authority's certificate, as Elasticsearch prints it at its first start. */
  caFingerprint?: string
  /** Every index, alias, template and policy is named with it: several Spiders can share a cluster. */
  prefix?: string
  /** Primary shards of one index: one carries 50 GB. */
  shards?: number
  /** Of stored documents: what the server can do is found out when it is not told. */
  codec?: Codec
  /** A policy is made where the server has them: after this many days an index of a family is deleted by the server itself. */
  keepDays?: number
  /** How long a write is tried again before `flush` says that it failed, in ms. */
  patience?: number
  /** From one refresh to the next, in ms: flushes that come sooner wait and share it. */
  refreshGap?: number
  /** How long an answer may take, in ms. */
  timeout?: number
  /** Documents are compressed on the way to the server: a seventh of the traffic for half as much CPU again on this side. */
  compression?: boolean
}

/** A client, and what messages call the server: its addresses, never a user or password. */
export interface Server {
  client: Client
  name: string
}

/** Makes the client; nothing is sent yet. */
export function connect(options: ElasticsearchOptions): Server {
  const urls = [options.url].flat().map((url) => new URL(url))
  const username = options.username ?? decodeURIComponent(urls[0].username)
  const password = options.password ?? decodeURIComponent(urls[0].password)
  const nodes = urls.map((url) => new URL(url.pathname, url.origin))
  const client = new Client({
    nodes: nodes.map((url) => ({ url })),
    auth: options.apiKey !== undefined ? { apiKey: options.apiKey } : username !== '' ? { username, password } : undefined,
    tls: nodes.some(({ protocol }) => protocol === 'https:') ? tls(options) : undefined,
    caFingerprint: options.caFingerprint,
    requestTimeout: options.timeout ?? 30_000,
    maxRetries: nodes.length - 1, // the other nodes; everything else is the writer's and the caller's decision
    compression: false, // requests are small but for bulk, which compresses itself; answers are read on the same network
    sniffOnStart: false,
    sniffOnConnectionFault: false,
    disablePrototypePoisoningProtection: true, // JSON.parse makes no prototype of `__proto__`, and the check doubles its time
  })
  return { client, name: nodes.map(({ host }) => host).join(', ') }
}

const tls = ({ ca }: ElasticsearchOptions): ConnectionOptions => (ca === undefined ? {} : { ca: readFileSync(ca) })
