import type { State } from '../port.ts'
import type { Connection } from './connection.ts'
import { groupOf, type Keys, SHARDS, shardOf } from './keys.ts'
import { pairs, plain } from './lanes.ts'
import { CLAIM, DELETE, GET, LIST, SET } from './scripts.ts'

type Values = Pick<State, 'set' | 'get' | 'claim' | 'list' | 'delete'>

const SHARD_NUMBERS = Array.from({ length: SHARDS }, (_, shard) => shard)
const forMs = (ms: number | undefined): number | '' => (ms === undefined ? '' : Math.max(Math.ceil(ms), 1))

/** The small values of a state, each in the hash of its group and shard. */
export function valuesOf(connection: Connection, keys: Keys): Values {
  const place = (key: string): [string, string] => [keys.values(shardOf(key), groupOf(key)), keys.groups(shardOf(key))]

  /** Groups of a shard that may hold keys with the prefix. */
  async function groupsIn(shard: number, prefix: string): Promise<string[]> {
    if (prefix.includes('/')) return [groupOf(prefix)]
    const groups = ((await connection.call('SMEMBERS', keys.groups(shard))) as Buffer[]).map(String)
    return groups.filter((group) => group === '' || group.startsWith(prefix))
  }

  async function listShard(shard: number, prefix: string): Promise<Buffer[]> {
    const groups = await groupsIn(shard, prefix)
    const lists = groups.map((group) => connection.run(LIST, [keys.values(shard, group), keys.groups(shard)], [group, prefix]))
    return ((await Promise.all(lists)) as Buffer[][]).flat()
  }

  return {
    async set(key, value, ms) {
      await connection.run(SET, place(key), [groupOf(key), key, Buffer.from(value), forMs(ms)])
    },
    async get(key) {
      const value = await connection.run(GET, place(key), [key])
      return value === null ? undefined : plain(value as Buffer)
    },
    async claim(key, value, ms) {
      return plain((await connection.run(CLAIM, place(key), [groupOf(key), key, Buffer.from(value), forMs(ms)])) as Buffer)
    },
    async list(prefix) {
      const found = await Promise.all(SHARD_NUMBERS.map((shard) => listShard(shard, prefix)))
      return new Map(found.flatMap((list) => [...pairs(list)].map(([key, value]): [string, Uint8Array] => [key, plain(value)])))
    },
    async delete(key) {
      await connection.run(DELETE, place(key), [groupOf(key), key])
    },
  }
}
