import { join } from 'node:path'
import { parseAddress } from '#adapters/state/redis/address.ts'
import type { Licensed } from '../license/desk.ts'
import { InvalidTargets, parseTargets, type Targets } from '../query/replay/targets.ts'
import { keyOf } from './secrets-key.ts'

/** What the environment says: which adapters stand behind the ports, and how the functions are joined. */
export interface Settings {
  /** Where embedded adapters keep their data. */
  data: string
  team: string
  elasticsearch:
    | { url: string[]; username?: string; password?: string; apiKey?: string; ca?: string; caFingerprint?: string; prefix?: string }
    | undefined
  redis: { url: string; username?: string; password?: string; prefix?: string } | undefined
  s3: { bucket: string; endpoint?: string; region?: string; prefix?: string; forcePathStyle?: boolean } | undefined
  /** Days that documents, packets and bodies are kept; undefined: for ever. */
  keepDays: number | undefined
  /** Where requests may be sent again to; undefined: nowhere. */
  replayTargets: Targets | undefined
  /** Files and folders with schemas of protobuf. */
  schemas: readonly string[]
  /** The license and its server; undefined: the evaluation. */
  licensed: Licensed | undefined
  /** Of the function `license-server`. */
  vendor: { keys: string; administrator: string | undefined }
  secrets: SecretsSettings
  /** Where events are published to. Undefined: what follows runs in this process. */
  sink: string | undefined
  /** Functions that run in the process of `sessions`, as calls. */
  chain: ReadonlySet<string>
  /** Bytes kept of each decoded body, from its beginning. */
  keepBody: number
  /** Event data above this many bytes lie in the blob store, and the event says where. */
  claimBytes: number
}

/** How secrets of TLS sessions are kept. */
export interface SecretsSettings {
  /** What they are sealed with; undefined: a key of the data directory. */
  key: Uint8Array | undefined
  keepMs: number
  waitMs: number
  /** Whether a capture may be exported with the secrets that open it. */
  export: boolean
}

/** A variable that cannot be used. The message names it and says how to put it right. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings'
}

export interface Variable {
  name: string
  description: string
  default?: string
  /** Of functions that run each on its own; one process does without. */
  apart?: true
}

/** Every variable of the environment that Spider's functions read. */
export const VARIABLES: readonly Variable[] = [
  {
    name: 'SPIDER_DATA',
    description: 'Directory of what is kept here: the store, the state and the blobs that no server below holds',
    default: 'data',
  },
  { name: 'SPIDER_TEAM', description: 'Whose documents are written and read', default: 'local' },
  {
    name: 'ELASTICSEARCH_URL',
    description: 'Documents lie in this Elasticsearch (9.0 or later) instead of DuckDB; several nodes are separated by commas',
  },
  { name: 'ELASTICSEARCH_USERNAME', description: 'Its user, with ELASTICSEARCH_PASSWORD' },
  { name: 'ELASTICSEARCH_PASSWORD', description: 'The password of ELASTICSEARCH_USERNAME' },
  { name: 'ELASTICSEARCH_API_KEY', description: 'Instead of user and password' },
  { name: 'ELASTICSEARCH_CA', description: 'File with the certificates of the authority to trust, in PEM' },
  { name: 'ELASTICSEARCH_CA_FINGERPRINT', description: 'SHA-256 of the certificate of that authority' },
  { name: 'ELASTICSEARCH_PREFIX', description: 'Names of all indices begin with it', default: 'spider' },
  {
    name: 'REDIS_URL',
    description:
      'Shared state lies in this Redis (6.2 or later) instead of files: redis://, rediss://, redis+cluster://, redis+sentinel://',
  },
  { name: 'REDIS_USERNAME', description: 'Its user, when it is not part of the address' },
  { name: 'REDIS_PASSWORD', description: 'Its password, when it is not part of the address' },
  { name: 'REDIS_PREFIX', description: 'All keys begin with it', default: 'spider:' },
  {
    name: 'S3_BUCKET',
    description: 'Packets and bodies lie in this bucket instead of files; credentials as AWS tools take them (AWS_ACCESS_KEY_ID …)',
  },
  { name: 'S3_ENDPOINT', description: 'Address of an S3 that is not Amazon’s; buckets are then part of the path' },
  { name: 'S3_REGION', description: 'Region of the bucket', default: 'us-east-1' },
  { name: 'S3_PREFIX', description: 'All objects begin with it', default: 'spider/' },
  {
    apart: true,
    name: 'SPIDER_KEEP_DAYS',
    description:
      'Documents, packets and bodies of days before so many are dropped, by the sweep and by servers that can do so; unset: none',
  },
  {
    name: 'SPIDER_REPLAY_TARGETS',
    description:
      'Where the page may send captured requests again to: names, *.names, addresses or networks, each with :port or without, separated by commas; unset: nowhere',
  },
  {
    name: 'SPIDER_PROTO',
    description:
      'Schemas that give names to the fields of gRPC messages on the page: .proto files, sets of descriptors (protoc --descriptor_set_out), or folders of them, separated by commas; unset: fields have numbers',
  },
  {
    name: 'SPIDER_LICENSE',
    description: 'The token of the license, with SPIDER_LICENSE_SERVER; unset: the evaluation, which sends nothing',
  },
  { name: 'SPIDER_LICENSE_SERVER', description: 'Address of the license server, which takes the usage statistics every hour' },
  {
    name: 'SPIDER_LICENSE_ANONYMOUS',
    description: 'true: statistics hold the sum of all CPU alone, not which function or kind of agent used it',
    default: 'false',
  },
  {
    apart: true,
    name: 'SPIDER_LICENSE_KEYS',
    description:
      'File of the signing keys, read by the function license-server; unset: keys.json in the data directory, made at the first start',
  },
  {
    apart: true,
    name: 'SPIDER_LICENSE_ADMINISTRATOR',
    description: 'Bearer token of the vendor, who issues licenses by the function license-server; unset: nobody does',
  },
  {
    name: 'SPIDER_SECRETS_KEY',
    description:
      'What secrets of TLS sessions are sealed with: 32 bytes in base64 or hex (openssl rand -base64 32), the same for all functions; unset: secrets.key in the data directory, made at the first start',
  },
  { name: 'SPIDER_SECRETS_KEEP', description: 'Hours that secrets of TLS sessions are kept: no longer than packets', default: '24' },
  {
    name: 'SPIDER_SECRETS_WAIT',
    description: 'Seconds that a connection waits for its secrets; when they come later, it is read again',
    default: '10',
  },
  {
    name: 'SPIDER_SECRETS_EXPORT',
    description: 'false: no capture is exported with the secrets that open it',
    default: 'true',
  },
  {
    apart: true,
    name: 'K_SINK',
    description: 'Where events are published to, a broker; Knative sets it. Without it what follows runs in the same process',
  },
  {
    apart: true,
    name: 'SPIDER_CHAIN',
    description: 'Functions that run in the process of sessions: nothing, parsing, or parsing,dedup',
    default: 'parsing,dedup',
  },
  {
    name: 'SPIDER_KEEP_BODY',
    description:
      'Bytes kept of each decoded body, from its beginning, 67108864 at most; bodies that are still coming are held in memory up to here',
    default: '1048576',
  },
  {
    apart: true,
    name: 'SPIDER_CLAIM_BYTES',
    description: 'Event data above so many bytes lie in the blob store, and the event says where',
    default: '262144',
  },
]

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the environment. Throws `InvalidSettings`. */
export function readSettings(env: Environment): Settings {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined
  const withDefault = (name: string): string => given(name) ?? VARIABLES.find((variable) => variable.name === name)?.default ?? ''
  needs(env, 'ELASTICSEARCH_URL', ['ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_PASSWORD', 'ELASTICSEARCH_API_KEY', 'ELASTICSEARCH_CA'])
  needs(env, 'REDIS_URL', ['REDIS_USERNAME', 'REDIS_PASSWORD'])
  needs(env, 'S3_BUCKET', ['S3_ENDPOINT'])
  together(env, 'ELASTICSEARCH_USERNAME', 'ELASTICSEARCH_PASSWORD')
  together(env, 'SPIDER_LICENSE', 'SPIDER_LICENSE_SERVER')
  if (given('ELASTICSEARCH_API_KEY') && given('ELASTICSEARCH_USERNAME'))
    throw new InvalidSettings('ELASTICSEARCH_API_KEY and ELASTICSEARCH_USERNAME are both set: give one of them.')
  const elasticsearch = given('ELASTICSEARCH_URL')
  const redis = given('REDIS_URL')
  const bucket = given('S3_BUCKET')
  const endpoint = given('S3_ENDPOINT')
  return {
    data: withDefault('SPIDER_DATA'),
    team: withDefault('SPIDER_TEAM'),
    elasticsearch:
      elasticsearch === undefined
        ? undefined
        : {
            url: elasticsearch.split(',').map((url) => httpUrl('ELASTICSEARCH_URL', url.trim())),
            username: given('ELASTICSEARCH_USERNAME'),
            password: given('ELASTICSEARCH_PASSWORD'),
            apiKey: given('ELASTICSEARCH_API_KEY'),
            ca: given('ELASTICSEARCH_CA'),
            caFingerprint: given('ELASTICSEARCH_CA_FINGERPRINT'),
            prefix: given('ELASTICSEARCH_PREFIX'),
          },
    redis:
      redis === undefined
        ? undefined
        : { url: redisUrl(redis), username: given('REDIS_USERNAME'), password: given('REDIS_PASSWORD'), prefix: given('REDIS_PREFIX') },
    s3:
      bucket === undefined
        ? undefined
        : {
            bucket,
            endpoint: endpoint && httpUrl('S3_ENDPOINT', endpoint),
            region: withDefault('S3_REGION'),
            prefix: given('S3_PREFIX'),
            forcePathStyle: endpoint !== undefined,
          },
    keepDays:
      given('SPIDER_KEEP_DAYS') === undefined ? undefined : positive('SPIDER_KEEP_DAYS', given('SPIDER_KEEP_DAYS') as string, 'days'),
    replayTargets: targets(given('SPIDER_REPLAY_TARGETS')),
    schemas: (given('SPIDER_PROTO') ?? '')
      .split(',')
      .map((path) => path.trim())
      .filter((path) => path !== ''),
    licensed: licensed(given('SPIDER_LICENSE'), given('SPIDER_LICENSE_SERVER'), given('SPIDER_LICENSE_ANONYMOUS')),
    vendor: {
      keys: given('SPIDER_LICENSE_KEYS') ?? join(withDefault('SPIDER_DATA'), 'keys.json'),
      administrator: given('SPIDER_LICENSE_ADMINISTRATOR'),
    },
    secrets: secretsOf(given, withDefault),
    sink: given('K_SINK') && httpUrl('K_SINK', given('K_SINK') as string),
    chain: chainOf(env.SPIDER_CHAIN ?? withDefault('SPIDER_CHAIN')),
    keepBody: keepBodyOf(positive('SPIDER_KEEP_BODY', withDefault('SPIDER_KEEP_BODY'), 'bytes')),
    claimBytes: positive('SPIDER_CLAIM_BYTES', withDefault('SPIDER_CLAIM_BYTES'), 'bytes'),
  }
}

/** What a content coding may expand to is no more than this either. */
const LARGEST_KEPT = 64 << 20

function keepBodyOf(bytes: number): number {
  if (bytes <= LARGEST_KEPT) return bytes
  throw new InvalidSettings(`SPIDER_KEEP_BODY=${bytes} is more than can be kept of a body: give ${LARGEST_KEPT} bytes at most.`)
}

/** What only means something together with another variable. */
function needs(env: Environment, name: string, others: readonly string[]): void {
  if (env[name]) return
  const alone = others.find((other) => env[other])
  if (alone) throw new InvalidSettings(`${alone} is set and ${name} is not: give both, or neither.`)
}

function together(env: Environment, ...names: [string, string]): void {
  const missing = names.find((name) => !env[name])
  const there = names.find((name) => env[name])
  if (missing && there) throw new InvalidSettings(`${there} is set and ${missing} is not: give both, or neither.`)
}

function redisUrl(text: string): string {
  try {
    parseAddress(text)
    return text
  } catch (error) {
    throw new InvalidSettings(`REDIS_URL cannot be used: ${(error as Error).message}.`)
  }
}

function targets(text: string | undefined): Targets | undefined {
  try {
    return text === undefined ? undefined : parseTargets(text)
  } catch (error) {
    if (!(error instanceof InvalidTargets)) throw error
    throw new InvalidSettings(`SPIDER_REPLAY_TARGETS cannot be used: ${error.message}.`)
  }
}

function licensed(token: string | undefined, server: string | undefined, anonymous: string | undefined): Licensed | undefined {
  if (anonymous !== undefined && anonymous !== 'true' && anonymous !== 'false')
    throw new InvalidSettings(`SPIDER_LICENSE_ANONYMOUS is "${anonymous}": it must be true or false.`)
  return token && server ? { token, server: httpUrl('SPIDER_LICENSE_SERVER', server), anonymous: anonymous === 'true' } : undefined
}

function secretsOf(given: (name: string) => string | undefined, withDefault: (name: string) => string): SecretsSettings {
  const text = given('SPIDER_SECRETS_KEY')
  const key = text === undefined ? undefined : keyOf(text)
  if (text !== undefined && !key)
    throw new InvalidSettings('SPIDER_SECRETS_KEY is no key: it must be 32 bytes in base64 or hex, as openssl rand -base64 32 makes them.')
  const amount = (name: string, unit: string, ms: number): number => {
    const number = Number(withDefault(name))
    if (number >= 0) return number * ms
    throw new InvalidSettings(`${name} is "${withDefault(name)}": it must be a number of ${unit}, 0 or above.`)
  }
  const exporting = withDefault('SPIDER_SECRETS_EXPORT')
  if (exporting !== 'true' && exporting !== 'false')
    throw new InvalidSettings(`SPIDER_SECRETS_EXPORT is "${exporting}": it must be true or false.`)
  return {
    key,
    keepMs: amount('SPIDER_SECRETS_KEEP', 'hours', 3_600_000),
    waitMs: amount('SPIDER_SECRETS_WAIT', 'seconds', 1000),
    export: exporting === 'true',
  }
}

function httpUrl(name: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return text
  throw new InvalidSettings(`${name} is no address: it must be like https://name:9200.`)
}

const CHAINS = ['', 'parsing', 'parsing,dedup']

function chainOf(text: string): ReadonlySet<string> {
  const functions = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (!CHAINS.includes(functions.join(',')))
    throw new InvalidSettings(`SPIDER_CHAIN is "${text}": it must be empty, parsing, or parsing,dedup.`)
  return new Set(functions)
}

function positive(name: string, text: string, unit: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new InvalidSettings(`${name} is "${text}": it must be a whole number of ${unit} above 0.`)
}
