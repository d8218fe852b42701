import { crc32 } from 'node:zlib'

/**
 * A Cluster does in one step only what lies in one slot, and a slot is chosen by what stands in braces. So what changes together shares a shard:
 * all of a lane with the index of lanes behind, a group of values with the index of groups. The number is part of the format: never change it.
 */
export const SHARDS = 64

export const shardOf = (name: string): number => crc32(name) % SHARDS

export interface LaneKeys {
  /** Hash: cursor, weight of the log, and the lease (fence, holder, until). */
  meta: string
  /** Sorted set: `sequence:weight` by sequence. */
  order: string
  /** Hash: entry by sequence. */
  log: string
  /** Hash: checkpoint by name. */
  open: string
  /** Sorted set of the shard's lanes whose log holds something, all of score 0, so that they are found by prefix. */
  behind: string
}

export class Keys {
  readonly format: string
  readonly #prefix: string

  constructor(prefix: string) {
    this.#prefix = prefix
    this.format = `${prefix}format`
  }

  lane(name: string): LaneKeys {
    const shard = shardOf(name)
    const key = (what: string) => this.#inShard(shard, `${what}:${name}`)
    return { meta: key('lane'), order: key('order'), log: key('log'), open: key('open'), behind: this.behind(shard) }
  }

  behind(shard: number): string {
    return this.#inShard(shard, 'behind')
  }

  /** Hash of the values of one group in one shard. */
  values(shard: number, group: string): string {
    return this.#inShard(shard, `values:${group}`)
  }

  /** Set of the groups that a shard has values of. */
  groups(shard: number): string {
    return this.#inShard(shard, 'groups')
  }

  #inShard(shard: number, name: string): string {
    return `${this.#prefix}{${shard}}:${name}`
  }
}

/** Values are grouped by the first segment of their key, with its slash; those without one are of the group ''. */
export const groupOf = (key: string): string => key.slice(0, key.indexOf('/') + 1)
