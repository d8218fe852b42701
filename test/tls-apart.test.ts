import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BlobReference } from '#adapters/blobs/port.ts'
import { hasRedis, startRedis } from '#adapters/servers.case.ts'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { openPorts, type Ports } from '#functions/host/adapters.ts'
import { type Apart, createApart } from '#functions/host/apart.ts'
import { readSettings } from '#functions/host/settings.ts'
import { broker, deliver, type Fault } from './support/broker.ts'
import { asTold, decryptions, endEvent, expected, filesIn, https, packetEvents, secretsEvent, secretsOf, wrong } from './support/secrets.ts'
import { eventually } from './support/server.ts'

const scope = { team: 'local', principal: 'test' }
const { packets, keyLog, told } = https('https13')
const capture = (agent: string): Event[] => [...packetEvents(agent, packets), endEvent(agent, packets.length + 1)]

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-tls-apart-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface World {
  send(...events: Event[]): Promise<void>
  calls(): Promise<ExchangeDocument[]>
  data: string
}

/** Functions apart, with a broker between them, for as long as `use` takes. */
async function apartly(
  chain: string[],
  environment: Record<string, string>,
  fault: Fault,
  use: (world: World) => Promise<void>,
): Promise<void> {
  const data = join(folder, String(++count))
  const ports: Ports = openPorts(readSettings({ SPIDER_DATA: data, ...environment }), () => undefined)
  let apart: Apart | undefined
  const sink = await broker(
    () => apart!,
    async (reference) => (await ports.blobs()).get(reference as BlobReference),
    fault,
  )
  const secrets = async () => ({ key: new Uint8Array(32).fill(7), keepMs: 3_600_000, waitMs: 10_000 })
  const options = {
    team: 'local',
    keepBody: 1 << 20,
    sink: sink.url,
    chain: new Set(chain),
    claimBytes: 4096,
    licensed: false,
    secrets,
    now: Date.now,
  }
  apart = createApart(ports, options)
  try {
    await use({
      data,
      async send(...events) {
        for (const event of events) await deliver(apart!.handler('ingest'), event)
      },
      async calls() {
        const search = { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' } as const
        return (await (await ports.store()).find(scope, 'exchanges', search)).items
      },
    })
  } finally {
    sink.close()
    await ports.close()
  }
}

const until = (world: World, decryption: string): Promise<unknown> =>
  eventually(async () => (decryptions(await world.calls()).includes(decryption) ? true : undefined))

const isOpened = async (world: World): Promise<ExchangeDocument[]> => {
  await eventually(async () => (asTold(await world.calls()).length === told.length ? true : undefined))
  const calls = await world.calls()
  expect(asTold(calls)).toEqual(expected({ packets, keyLog, told }))
  return calls
}

const once: Fault = () => 'once'
const chains = [{ chain: [] }, { chain: ['parsing'] }, { chain: ['parsing', 'dedup'] }]

describe.each(chains)('with $chain in the process of sessions', ({ chain }) => {
  it('secrets that came before open it', () =>
    apartly(chain, {}, once, async (world) => {
      await world.send(secretsEvent('cipher', keyLog), ...capture('one'))
      await isOpened(world)
    }))

  it('secrets that come after have it read again; wrong ones before them do no harm', () =>
    apartly(chain, {}, once, async (world) => {
      await world.send(...capture('one'))
      await until(world, 'no secrets')
      await world.send(secretsEvent('cipher', wrong(keyLog)))
      await until(world, 'wrong secrets')
      await world.send(secretsEvent('cipher', keyLog, 2))
      await isOpened(world)
      await until(world, 'decrypted')
    }))

  it('both sides of it make one', () =>
    apartly(
      chain,
      {},
      () => 'twice',
      async (world) => {
        await world.send(...capture('one'), ...capture('two'))
        await until(world, 'no secrets')
        await world.send(secretsEvent('cipher', keyLog), secretsEvent('other', keyLog))
        const calls = await isOpened(world)
        await eventually(async () => ((await world.calls()).every(({ spider }) => spider.agents.length === 2) ? true : undefined))
        await until(world, 'decrypted')
        expect(new Set(calls.map(({ event }) => event.id)).size).toBe(told.length + 1)
      },
    ))
})

it.runIf(hasRedis)('with Redis, which holds secrets sealed alone', async () => {
  const redis = await startRedis()
  try {
    await apartly([], { REDIS_URL: redis.url }, once, async (world) => {
      await world.send(...capture('one'))
      await until(world, 'no secrets')
      await world.send(secretsEvent('cipher', keyLog))
      await isOpened(world)
      for (const file of [...filesIn(redis.directory), ...filesIn(world.data)]) {
        const bytes = readFileSync(file)
        for (const secret of secretsOf(keyLog)) expect(bytes.includes(secret), file).toBe(false)
      }
    })
  } finally {
    await redis.remove()
  }
})
