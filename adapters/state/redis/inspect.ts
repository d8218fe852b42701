import type { Redis } from 'ioredis'
import type { Connection } from './connection.ts'
import { UnusableRedis } from './errors.ts'

const OLDEST = [6, 2]

/** The lines `name:value` of INFO. */
export const parseInfo = (info: string): ReadonlyMap<string, string> =>
  new Map([...info.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, name, value]) => [name, value]))

/** Throws `UnusableRedis` when the server is too old, a Cluster reached as one server, or a replica. */
export function checkServer(info: ReadonlyMap<string, string>, where: string, cluster: boolean): void {
  const version = info.get('redis_version') ?? ''
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]))
    throw new UnusableRedis(`${where} is of version ${version || 'unknown'}: ${OLDEST.join('.')} or newer is needed`)
  if (!cluster && info.get('cluster_enabled') === '1')
    throw new UnusableRedis(`${where} is a Redis Cluster: use redis+cluster:// in its address`)
  if (!cluster && info.get('role') === 'slave')
    throw new UnusableRedis(`${where} is a replica, which takes no writes: give its master's address, or its sentinels'`)
}

/** What an operator should know of how a server keeps what it took: one sentence each. `fsync`: its `appendfsync`, where it tells. */
export function warningsOf(info: ReadonlyMap<string, string>, where: string, fsync?: string): string[] {
  const warnings: string[] = []
  if (info.get('aof_enabled') !== '1')
    warnings.push(`${where} keeps no append-only file, so what it acknowledged is lost when it ends: set appendonly yes`)
  else if (fsync === 'no')
    warnings.push(`${where} leaves it to the kernel when its append-only file reaches the disk: set appendfsync everysec or always`)
  if ((info.get('maxmemory_policy') ?? 'noeviction') !== 'noeviction')
    warnings.push(
      `${where} drops keys when its memory is full (${info.get('maxmemory_policy')}): set maxmemory-policy noeviction, else work is lost`,
    )
  return warnings
}

/** Looks at each master. Throws `UnusableRedis` or `StateUnavailable`; answers warnings. */
export async function inspect(connection: Connection, cluster: boolean): Promise<string[]> {
  await connection.call('PING')
  const warnings = await Promise.all(connection.masters().map((node) => inspectNode(connection, node, cluster)))
  return [...new Set(warnings.flat())]
}

async function inspectNode(connection: Connection, node: Redis, cluster: boolean): Promise<string[]> {
  const at = cluster ? `${connection.where}, node ${node.options.host}:${node.options.port},` : connection.where
  const info = parseInfo(await connection.ask(() => node.info()))
  checkServer(info, at, cluster)
  return warningsOf(info, at, await connection.ask(() => fsyncOf(node)))
}

/** Managed servers keep CONFIG to themselves: then nothing is known. */
async function fsyncOf(node: Redis): Promise<string | undefined> {
  try {
    const [, value] = (await node.config('GET', 'appendfsync')) as string[]
    return value
  } catch (error) {
    if (/^(NOPERM|ERR unknown command)/.test((error as Error).message)) return undefined
    throw error
  }
}
