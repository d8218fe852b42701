import { randomBytes } from 'node:crypto'
import { Fenced, Full, type LogEntry, type State } from '../port.ts'
import type { Argument, Connection } from './connection.ts'
import { type Keys, SHARDS } from './keys.ts'
import { APPEND, COMMIT, LEASE, LOAD, READ, RELEASE, RENEW } from './scripts.ts'

export interface LaneSettings {
  maxLogBytesPerLane: number
  /** A lane with an empty log that nobody touched for so long is forgotten, ms. */
  forgetLanesAfterMs: number
}

type Lanes = Pick<State, 'append' | 'read' | 'behind' | 'lease' | 'renew' | 'release' | 'load' | 'commit'>

export const plain = ({ buffer, byteOffset, length }: Buffer): Uint8Array => new Uint8Array(buffer, byteOffset, length)

/** A list of one thing and another by turns, as Redis answers a hash. */
export function* pairs(list: readonly Buffer[]): Generator<[string, Buffer]> {
  for (let i = 0; i < list.length; i += 2) yield [String(list[i]), list[i + 1]]
}

/** The lanes of a state: each change of one is a script. */
export function lanesOf(connection: Connection, keys: Keys, { maxLogBytesPerLane, forgetLanesAfterMs }: LaneSettings): Lanes {
  return {
    async append(lane, sequence, entry, weight = entry.length) {
      const { meta, order, log, open, behind } = keys.lane(lane)
      const args = [lane, sequence, Math.ceil(weight), Buffer.from(entry), maxLogBytesPerLane, forgetLanesAfterMs]
      const answer = await connection.run(APPEND, [meta, order, log, open, behind], args)
      if (typeof answer === 'number')
        throw new Full(`lane ${lane} has ${answer} bytes ahead of its cursor, its bound is ${maxLogBytesPerLane}`)
      return String(answer) as 'appended' | 'known'
    },

    async read(lane, after, most) {
      const { order, log } = keys.lane(lane)
      const found = (await connection.run(READ, [order, log], [after, most])) as Buffer[]
      return [...pairs(found)].map(([sequence, entry]): LogEntry => ({ sequence: Number(sequence), entry: plain(entry) }))
    },

    async behind(prefix) {
      // Names of one prefix stand together, and no byte 255 is in UTF-8.
      const range = [Buffer.from(`[${prefix}`), Buffer.concat([Buffer.from(`(${prefix}`), Buffer.of(255)])]
      const shards = Array.from({ length: SHARDS }, (_, shard) => connection.call('ZRANGEBYLEX', keys.behind(shard), ...range))
      return ((await Promise.all(shards)) as Buffer[][]).flat().map(String)
    },

    async lease(lane, holder, ms) {
      const { meta, open, log } = keys.lane(lane)
      // One hold has one name: a server that lost its last second may give out a fence twice, and an answer that got lost is asked for again.
      const hold = `${holder} ${randomBytes(6).toString('base64url')}`
      const fence = await connection.run(LEASE, [meta, open, log], [hold, Math.ceil(ms), forgetLanesAfterMs])
      return fence === null ? undefined : { lane, holder: hold, fence: fence as number }
    },
    async renew({ lane, fence, holder }, ms) {
      return (await connection.run(RENEW, [keys.lane(lane).meta], [fence, holder, Math.ceil(ms)])) === 1
    },
    async release({ lane, fence, holder }) {
      await connection.run(RELEASE, [keys.lane(lane).meta], [fence, holder])
    },

    async load(lane) {
      const { meta, open } = keys.lane(lane)
      const [cursor, checkpoints] = (await connection.run(LOAD, [meta, open], [])) as [Buffer | null, Buffer[]]
      return {
        cursor: cursor === null ? undefined : Number(cursor),
        checkpoints: new Map([...pairs(checkpoints)].map(([name, bytes]) => [name, plain(bytes)])),
      }
    },
    async commit({ lane, fence, holder }, cursor, checkpoints) {
      const { meta, order, log, open, behind } = keys.lane(lane)
      const stored: Argument[] = []
      const removed: string[] = []
      for (const [name, bytes] of checkpoints) {
        if (bytes) stored.push(name, Buffer.from(bytes))
        else removed.push(name)
      }
      const args = [lane, fence, holder, cursor, forgetLanesAfterMs, stored.length / 2, ...stored, ...removed]
      if ((await connection.run(COMMIT, [meta, order, log, open, behind], args)) === 0)
        throw new Fenced(`lane ${lane} has a newer holder than ${holder} (fence ${fence})`)
    },
  }
}
