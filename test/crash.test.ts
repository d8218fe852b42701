import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { sectionsOf, send } from './support/sections.ts'
import { eventually, type Server, startServer } from './support/server.ts'
import { read } from './support/spider.ts'

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname
const capture = gunzipSync(readFileSync(fixture('shop.pcap.gz')))
const AGENTS = ['one', 'two', 'three']

let folder: string
let whole: ExchangeDocument[]
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spider-crash-'))
  whole = (await read(fixture('shop.pcap.gz'))).documents
})
afterAll(() => rmSync(folder, { recursive: true }))

const page = async (server: Server): Promise<ExchangeDocument[]> => (await server.find('', 1000)).items
const lastByte = ({ spider }: ExchangeDocument): number => spider.time.response!.last

// The same packets by three agents: what is kept must be merged, and counted once, however often it was sent and whatever broke off.
it('killed with -9 under load and started again: what was acknowledged is there, once', async () => {
  const data = join(folder, 'data')
  const sections = sectionsOf(capture, 12)
  let server = await startServer(data, '--no-capture')
  const acknowledged = new Map(AGENTS.map((agent) => [agent, 0]))
  const load = AGENTS.map(async (agent, index) => {
    for (let sequence = 1; sequence <= sections.length; sequence++) {
      const answer = await send(server.url, agent, sequence, sections[sequence - 1].bytes)
      if (answer.status !== 202) throw new Error(`${agent} ${sequence}: ${answer.status} ${await answer.text()}`)
      acknowledged.set(agent, sequence)
      if (index === 0 && sequence === Math.floor(sections.length / 2)) server.child.kill('SIGKILL')
    }
  })
  await Promise.allSettled(load)
  await server.stop('SIGKILL')
  const kept = Math.max(...acknowledged.values())
  expect(kept).toBeGreaterThanOrEqual(Math.floor(sections.length / 2))
  expect(kept).toBeLessThan(sections.length)

  server = await startServer(data, '--no-capture')
  try {
    const upTo = sections[kept - 1].last
    const expected = whole.filter((exchange) => lastByte(exchange) <= upTo).map(({ event }) => event.id)
    await eventually(async () => {
      const there = new Set((await page(server)).filter(({ spider }) => spider.status === 'complete').map(({ event }) => event.id))
      return expected.every((id) => there.has(id)) || undefined
    })

    // The agents go on where they were, each sending its last section again, as one does whose answer was lost.
    for (const agent of AGENTS) {
      for (let sequence = Math.max(1, acknowledged.get(agent)!); sequence <= sections.length; sequence++) {
        expect((await send(server.url, agent, sequence, sections[sequence - 1].bytes)).status).toBe(202)
      }
    }
    const all = await eventually(async () => {
      const items = await page(server)
      return items.filter(({ spider }) => spider.status === 'complete' && spider.agents.length === AGENTS.length).length === whole.length
        ? items
        : undefined
    })
    expect(all.map(({ event }) => event.id).sort()).toEqual(whole.map(({ event }) => event.id).sort())
  } finally {
    await server.stop()
  }
})
