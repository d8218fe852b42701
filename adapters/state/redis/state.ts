import type { ConnectionOptions } from 'node:tls'
import { type State, StateUnavailable } from '../port.ts'
import { parseAddress } from './address.ts'
import { Connection } from './connection.ts'
import { UnusableRedis } from './errors.ts'
import { inspect } from './inspect.ts'
import { Keys, SHARDS } from './keys.ts'
import { lanesOf } from './lanes.ts'
import { valuesOf } from './values.ts'

export { UnusableRedis } from './errors.ts'

export interface RedisStateOptions {
  /** `redis://[user:password@]host[:port][/db]`, `redis+cluster://host:port,…`, `redis+sentinel://host:port,…/master[/db]`; `rediss…` for TLS. */
  url: string
  /** Instead of those in the address, so that a secret need not be part of it. */
  username?: string
  password?: string
  /** What Node's TLS needs beside the address: `ca`, `cert`, `key`, `servername`. */
  tls?: ConnectionOptions
  /** All keys begin so: several Spiders share one Redis. `spider:` unless told; no braces. */
  prefix?: string
  /** A call fails with `StateUnavailable` after this time. 5000 ms unless told. */
  timeoutMs?: number
  /** Bound of what the entries of one lane that its cursor has not passed may weigh together. 64 MiB unless told. */
  maxLogBytesPerLane?: number
  /** A lane with nothing to do that nobody touched for so long is forgotten: its cursor, fence and checkpoints. 30 days unless told. */
  forgetLanesAfterMs?: number
  /** `warn`: a server that does not keep what it acknowledged is used, and said. `required`: it is refused. `warn` unless told. */
  durability?: 'warn' | 'required'
  /** When the server is away at start: `throw`, or `wait` for it in every call. `throw` unless told. */
  whenAway?: 'throw' | 'wait'
  /** Told, one line each, what an operator should know: warnings of the server, that it went away, that it is back. */
  log?: (line: string) => void
}

/** A `State` on Redis. */
export interface RedisState extends State {
  /** What an operator should know of how the server keeps what it took, as of the last look (`health`): one sentence each. */
  warnings(): string[]
}

const FORMAT = `spider-state 3 shards ${SHARDS}`
const DAY = 86_400_000

/**
 * Opens the state on a Redis of version 6.2 or newer, alone, behind sentinels, or a Cluster. Throws `UnusableRedis` when somebody has to change something
 * (password, version, another format, a server that is no Redis), `StateUnavailable` when the server is away.
 */
export async function openRedis(options: RedisStateOptions): Promise<RedisState> {
  const { url, prefix = 'spider:', timeoutMs = 5000, maxLogBytesPerLane = 64 << 20, durability = 'warn', whenAway = 'throw' } = options
  const { forgetLanesAfterMs = 30 * DAY, log = () => {} } = options
  if (/[{}]/.test(prefix))
    throw new UnusableRedis(`the prefix "${prefix}" of keys in Redis holds a brace, which a Cluster takes for a place: choose another`)
  const address = parseAddress(url)
  address.username = options.username ?? address.username
  address.password = options.password ?? address.password
  const keys = new Keys(prefix)
  const connection = new Connection(address, { timeoutMs, tls: options.tls, log })

  let warnings: string[] = []
  async function health(): Promise<void> {
    const found = await inspect(connection, address.kind === 'cluster')
    for (const warning of found.filter((warning) => !warnings.includes(warning))) log(`warning: ${warning}`)
    warnings = found
    if (durability === 'required' && found.length > 0) throw new UnusableRedis(found[0])
    await checkFormat(connection, keys)
  }

  try {
    await health()
  } catch (error) {
    if (whenAway === 'throw' || !(error instanceof StateUnavailable) || error instanceof UnusableRedis) {
      await connection.close()
      throw error
    }
    log(error.message)
  }
  return {
    ...lanesOf(connection, keys, { maxLogBytesPerLane, forgetLanesAfterMs }),
    ...valuesOf(connection, keys),
    health,
    warnings: () => warnings,
    close: () => connection.close(),
  }
}

/** Also tries a write, which a full or replica server refuses. */
async function checkFormat(connection: Connection, { format }: Keys): Promise<void> {
  await connection.call('SETNX', format, FORMAT)
  const found = String(await connection.call('GET', format))
  if (found !== FORMAT)
    throw new UnusableRedis(
      `${connection.where} holds a state of another version under this prefix ("${found.slice(0, 40)}", this one reads "${FORMAT}"): set another prefix, or remove its keys`,
    )
}
