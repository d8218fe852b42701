import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { type Adapters, openAdapters } from '#functions/host/adapters.ts'
import { createOneProcess, type OneProcess } from '#functions/host/one-process.ts'
import { secretsFor } from '#functions/host/secrets-settings.ts'
import { readSettings } from '#functions/host/settings.ts'
import { asTold, decryptions, endEvent, expected, filesIn, https, packetEvents, secretsEvent, wrong } from './support/secrets.ts'
import { eventually } from './support/server.ts'

const scope = { team: 'local', principal: 'test' }
const all = { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' } as const

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-tls-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** All functions in one process, on one directory. */
class World {
  readonly said: string[] = []
  readonly data = join(folder, String(++count))
  readonly #environment: Record<string, string>
  #adapters: Adapters | undefined
  #process: OneProcess | undefined

  constructor(environment: Record<string, string> = {}) {
    this.#environment = { SPIDER_DATA: this.data, ...environment }
  }

  async #running(): Promise<{ adapters: Adapters; process: OneProcess }> {
    const settings = readSettings(this.#environment)
    const log = (line: string): void => void this.said.push(line)
    this.#adapters ??= await openAdapters(settings, log)
    this.#process ??= await createOneProcess(this.#adapters, { team: 'local', keepBody: 1 << 20, log, secrets: await secretsFor(settings) })
    return { adapters: this.#adapters, process: this.#process }
  }

  async send(...events: Event[]): Promise<void> {
    const { process } = await this.#running()
    for (const event of events) await process.intake.publish(event)
    await process.drained()
  }

  async calls(): Promise<ExchangeDocument[]> {
    return (await (await this.#running()).adapters.store.find(scope, 'exchanges', all)).items
  }

  async sessions(): Promise<SessionDocument[]> {
    return (await (await this.#running()).adapters.store.find(scope, 'sessions', all)).items
  }

  /** Ends the process: what is known afterwards lies in the directory. */
  async end(): Promise<void> {
    await this.#process?.close()
    await this.#adapters?.close()
    this.#process = undefined
    this.#adapters = undefined
  }
}

describe.each(['https12', 'https13'] as const)('%s', (name) => {
  const { packets, keyLog, told } = https(name)
  let world: World
  beforeEach(() => {
    world = new World()
  })

  const opened = async (): Promise<void> => {
    const calls = await world.calls()
    expect(asTold(calls)).toEqual(expected({ packets, keyLog, told }))
    expect(decryptions(calls)).toEqual(['decrypted'])
    const [session] = await world.sessions()
    expect([session.network.protocol, session.spider.exchanges]).toEqual(['http', told.length + 1])
    await world.end()
  }
  const closed = async (): Promise<void> => {
    const calls = await world.calls()
    expect(asTold(calls)).toEqual([])
    expect(decryptions(calls)).toEqual(['no secrets'])
  }
  const capture = [...packetEvents('one', packets), endEvent('one', packets.length + 1)]

  it('is opened by secrets that came before', async () => {
    await world.send(secretsEvent('cipher', keyLog), ...capture)
    await opened()
  })

  it('is opened by secrets that come in between', async () => {
    const half = Math.ceil(packets.length / 2)
    await world.send(...capture.slice(0, half), secretsEvent('cipher', keyLog), ...capture.slice(half))
    await opened()
  })

  it('is read again by secrets that come after, and told twice', async () => {
    await world.send(...capture)
    await closed()
    await world.send(secretsEvent('cipher', keyLog), secretsEvent('cipher', keyLog, 2))
    await opened()
  })

  it('is read again after a restart', async () => {
    await world.send(...capture)
    await world.end()
    await world.send(secretsEvent('cipher', keyLog))
    await opened()
  })

  it('is opened by the right secrets after wrong ones', async () => {
    await world.send(...capture, secretsEvent('cipher', wrong(keyLog)))
    expect(decryptions(await world.calls())).toEqual(['wrong secrets'])
    await world.send(secretsEvent('cipher', keyLog, 2))
    await opened()
  })

  it('waits when it is closed already, also over a restart', async () => {
    await world.send(...capture.slice(0, -1))
    expect(decryptions(await world.calls())).not.toContain('no secrets')
    await world.end()
    await world.send(secretsEvent('cipher', keyLog), ...capture.slice(-1))
    const calls = await world.calls()
    expect(asTold(calls)).toEqual(expected({ packets, keyLog, told }))
    await world.end()
  })

  it('is said when its packets are damaged, and others go on', async () => {
    await world.send(...capture)
    for (const file of filesIn(join(world.data, 'blobs'))) writeFileSync(file, Buffer.alloc(statSync(file).size, 1))
    await world.send(secretsEvent('cipher', keyLog))
    await closed()
    expect(world.said.filter((line) => line.includes('could not be read again')).length).toBe(1)
    await world.send(...packetEvents('two', packets), endEvent('two', packets.length + 1))
    await eventually(async () => (asTold(await world.calls()).length === told.length ? true : undefined))
    await world.end()
  })

  it('waits over a restart', async () => {
    const half = Math.ceil(packets.length / 2)
    await world.send(...capture.slice(0, half))
    await world.end()
    await world.send(secretsEvent('cipher', keyLog), ...capture.slice(half))
    await opened()
  })
})
