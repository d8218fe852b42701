/** Whole conversations as an agent sends them, through all functions of one process, into a store in memory. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import type { Blobs } from '#adapters/blobs/port.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import type { Store } from '#adapters/store/port.ts'
import type { CaptureStatistics } from '#engines/pcap/sink.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import type { Packet } from '#engines/tcp/talk.case.ts'
import { micros } from '#engines/time.ts'
import type { Families, Family } from '#events/documents/families.ts'
import { packetsCaptured } from '#events/packets-captured.ts'
import { Letters } from '../dead-letters/letters.ts'
import type { Adapters } from '../host/adapters.ts'
import { createOneProcess, type OneProcess } from '../host/one-process.ts'

const ETHERNET = 1

/** A section of these packets, and after them the counters of the interface, where there are some. */
export function sectionOf(packets: readonly Packet[], counters?: CaptureStatistics, at = packets.at(-1)?.at ?? 0): Uint8Array {
  const writer = new SectionWriter()
  if (counters) writer.statistics(counters, micros(at), ETHERNET, 'eth0')
  for (const { bytes, originalLength, at } of packets) writer.add(bytes, 0, bytes.length, originalLength, micros(at), ETHERNET, 'eth0')
  return writer.finish()
}

export interface Shared {
  directory: string
  store: Store
  blobs: Blobs
  close(): Promise<void>
}

export async function openShared(): Promise<Shared> {
  const directory = mkdtempSync(join(tmpdir(), 'spider-capture-'))
  const store = await openDuckDb({ directory: ':memory:' })
  const blobs = await openBlobs({ directory: join(directory, 'blobs') })
  const close = async (): Promise<void> => {
    await store.close()
    await blobs.close()
    rmSync(directory, { recursive: true })
  }
  return { directory, store, blobs, close }
}

/** A Spider of its own: its team, its state. */
export class Spider {
  readonly adapters: Adapters
  readonly team: string
  readonly said: string[] = []
  #process: OneProcess | undefined

  private constructor(adapters: Adapters, team: string) {
    this.adapters = adapters
    this.team = team
  }

  static async open({ store, blobs }: Shared, team: string): Promise<Spider> {
    const state = await openState()
    const deadLetters = new Letters(state, blobs)
    return new Spider({ store, blobs, deadLetters, state, close: async () => undefined }, team)
  }

  get scope() {
    return { team: this.team, principal: 'test' }
  }

  /** The process, begun anew when it was ended. */
  async process(): Promise<OneProcess> {
    this.#process ??= await createOneProcess(this.adapters, { team: this.team, keepBody: 1 << 20, log: (line) => this.said.push(line) })
    return this.#process
  }

  async send(sequence: number, section: Uint8Array, agent = 'web'): Promise<void> {
    const { intake } = await this.process()
    const time = new Date().toISOString()
    await intake.publish(
      packetsCaptured.make(`/agents/${agent}`, section, { id: `${agent}/0/${sequence}`, time, partitionkey: `${agent}/0`, sequence }),
    )
  }

  async drained(): Promise<void> {
    await (await this.process()).drained()
  }

  /** Ends the process: what is known afterwards comes from checkpoints. */
  async end(): Promise<void> {
    await this.#process?.close()
    this.#process = undefined
  }

  /** The same without its last work being tried again. */
  async kill(): Promise<void> {
    await this.#process?.router.close()
    await this.end()
  }

  async all<F extends Family>(family: F): Promise<Families[F][]> {
    const search = { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' } as const
    return (await this.adapters.store.find(this.scope, family, search)).items
  }
}
