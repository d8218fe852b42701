import { Encoder } from 'cbor-x'
import { Fenced, Full, type State } from '../port.ts'
import { takeDirectory } from './directory.ts'
import { Journal } from './journal.ts'
import { Leases } from './leases.ts'
import { type Change, Memory, type Operation, type Outcome } from './memory.ts'

export interface StateOptions {
  /** Where journals and snapshots lie; without one everything is gone with the process. */
  directory?: string
  /** Bound of what the entries of one lane that its cursor has not passed may weigh together. 64 MiB unless told. */
  maxLogBytesPerLane?: number
  /**
   * `os`: kept when the operating system has it. Survives the end of the process by any means; a power cut or a crash of the kernel
   * may cost what was acknowledged in the last seconds before it (up to 30 with Linux's defaults). `disk`: survives these too, for a sync per batch of writes.
   */
  sync?: 'os' | 'disk'
  /** Journals are replaced by a snapshot when they are larger than this and than what is live. */
  compactBytes?: number
  /** ms since 1970. */
  clock?: () => number
  /** Told, one line each, what an operator should know: a torn record that was cut, a snapshot that failed. */
  log?: (line: string) => void
}

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, copyBuffers: true })

/** Opens the embedded state. Throws `UnusableDirectory` when another process has the directory, another version wrote it, or it is damaged. */
export async function openState(options: StateOptions = {}): Promise<State> {
  const { directory, sync = 'os', compactBytes = 32 << 20, clock = Date.now, log = () => {} } = options
  const memory = new Memory()
  if (directory === undefined) return makeState(memory, undefined, options)
  const letGo = await takeDirectory(directory)
  const live = { bytes: () => memory.bytes, records: () => encodeAll(memory.dump(clock())) }
  const play = (payload: Uint8Array) => void memory.apply(cbor.decode(payload) as Operation)
  try {
    const journal = await Journal.open({ directory, sync, compactBytes, log }, live, play)
    const close = () => journal.close().then(letGo)
    return makeState(memory, { write: journal.write.bind(journal), health: () => journal.health(), close }, options)
  } catch (error) {
    await letGo()
    throw error
  }
}

function* encodeAll(operations: Operation[]): Generator<Uint8Array> {
  for (const operation of operations) yield cbor.encode(operation)
}

function makeState(memory: Memory, journal: Pick<Journal, 'write' | 'health' | 'close'> | undefined, options: StateOptions): State {
  const { clock = Date.now, maxLogBytesPerLane = 64 << 20 } = options
  const leases = new Leases()
  const until = (ms: number | undefined) => (ms === undefined ? null : clock() + ms)

  /** What is on its way into each lane's log, by weight. */
  const coming = new Map<string, number>()
  const reserve = (lane: string, weight: number) => {
    const sum = (coming.get(lane) ?? 0) + weight
    if (sum > 0) coming.set(lane, sum)
    else coming.delete(lane)
  }

  /** Changes what is there once the change is kept: readers never see what a crash could take back. `answered` comes first, either way. */
  const changing =
    (answered: () => void) =>
    <Name extends Change>(...operation: [Name, ...Parameters<Memory[Name]>]): Promise<Outcome<Name>> =>
      new Promise((resolve, reject) => {
        const settle = (error?: Error) => {
          answered()
          if (error) reject(error)
          else resolve(memory.apply(operation as Operation<Name>))
        }
        if (journal) journal.write(cbor.encode(operation), settle)
        else settle()
      })
  const change = changing(() => {})

  return {
    async append(name, sequence, entry, weight = entry.length) {
      const lane = memory.lanes.get(name)
      if (lane?.knows(sequence)) return 'known'
      const ahead = (lane?.logWeight ?? 0) + (coming.get(name) ?? 0)
      // An entry larger than the bound is let into an empty log: else it never would get in.
      if (ahead > 0 && ahead + weight > maxLogBytesPerLane)
        throw new Full(`lane ${name} has ${ahead} bytes ahead of its cursor, its bound is ${maxLogBytesPerLane}`)
      reserve(name, weight)
      const append = changing(() => reserve(name, -weight))
      return append('append', name, sequence, new Uint8Array(entry), weight)
    },
    read: async (lane, after, most) => memory.lanes.get(lane)?.read(after, most) ?? [],
    async behind(prefix) {
      return [...memory.lanes].filter(([name, lane]) => lane.log.length > 0 && name.startsWith(prefix)).map(([name]) => name)
    },

    async lease(name, holder, ms) {
      const now = clock()
      const lease = leases.take(name, holder, memory.lanes.get(name)?.fence ?? 0, now + ms, now)
      if (!lease) return undefined
      // Waited for: by then every commit of an earlier holder is done, and what is loaded next holds it.
      await change('grant', name, lease.fence).catch((error) => {
        leases.release(lease)
        throw error
      })
      return lease
    },
    renew: async (lease, ms) => leases.renew(lease, clock() + ms),
    release: async (lease) => leases.release(lease),

    async load(name) {
      const lane = memory.lanes.get(name)
      return { cursor: lane?.cursor, checkpoints: new Map(lane?.checkpoints) }
    },
    async commit(lease, cursor, checkpoints) {
      if (!leases.isNewest(lease)) throw new Fenced(`lane ${lease.lane} has a newer holder than ${lease.holder} (fence ${lease.fence})`)
      const copies = [...checkpoints].map(([name, bytes]): [string, Uint8Array | null] => [name, bytes && new Uint8Array(bytes)])
      await change('commit', lease.lane, cursor, copies)
    },

    set: (key, value, ms) => change('set', key, new Uint8Array(value), until(ms), clock()),
    get: async (key) => memory.get(key, clock()),
    claim: (key, value, ms) => change('claim', key, new Uint8Array(value), until(ms), clock()),
    list: async (prefix) => memory.list(prefix, clock()),
    delete: (key) => change('delete', key),

    health: async () => journal?.health(),
    close: async () => journal?.close(),
  }
}
