import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { encodeCloudEvent } from '#adapters/bus/http/encode.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exchangeMerged } from '#events/exchange-merged.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'
import { registry } from '#events/registry.ts'
import { streamAdvanced } from '#events/stream-advanced.ts'
import type { Handler } from '#functions/declare.ts'
import { createApart } from '#functions/host/apart.ts'
import { declarations } from '#functions/host/declarations.ts'
import { type Adapters, openEmbedded } from '#functions/host/embedded.ts'
import type { Handled } from '../demo/service.ts'
import { sectionsOf } from './support/sections.ts'
import { eventually, freePort } from './support/server.ts'
import { lines } from './support/spider.ts'

const fixture = (name: string) => new URL(`fixtures/${name}`, import.meta.url).pathname
const truth = lines<Handled>(readFileSync(fixture('shop.truth.jsonl'), 'utf8'))
const scope = { team: 'local', principal: 'test' }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-apart-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

/** A broker: hands each event that is posted to the functions whose declaration wants its type, and answers when they are done. */
async function broker(handlers: () => Record<string, Handler>) {
  const server = createServer(async (request, response) => {
    try {
      const event = decodeCloudEvent(request.headers, await bodyOf(request), registry)
      const wanted = declarations.filter(({ name, consumes }) => handlers()[name] && consumes.some(({ type }) => type === event.type))
      for (const { name } of wanted) await handlers()[name](event)
      response.writeHead(202).end()
    } catch (error) {
      response.writeHead(503).end((error as Error).message)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close: () => server.close() }
}

async function analyse(adapters: Adapters, handlers: Record<string, Handler>): Promise<ExchangeDocument[]> {
  const sections = [...sectionsOf(gunzipSync(readFileSync(fixture('shop.pcap.gz'))), 50).map(({ bytes }) => bytes), endOfCapture]
  for (const [index, section] of sections.entries()) {
    const attributes = { id: `one/0/${index + 1}`, time: new Date().toISOString(), partitionkey: 'one/0', sequence: index + 1 }
    await handlers.ingest(packetsCaptured.make('/agents/one', section, attributes))
  }
  const found = () => adapters.store.find(scope, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 1000, order: 'oldest' })
  return eventually(async () => {
    const { items } = await found()
    return items.filter(({ spider }) => spider.status === 'complete').length === truth.length ? items : undefined
  })
}

const comparable = (documents: ExchangeDocument[]) =>
  documents.map((document) => JSON.stringify(document, (key, value) => (key === 'ref' ? undefined : value))).sort()

it('sessions, http and dedup apart, joined by events, give what the chain gives', async () => {
  const chained = await openEmbedded(join(folder, 'chained'))
  const whole = await analyse(chained, await createApart(chained, { team: 'local', keepBody: 1 << 20, sink: undefined }))
  await chained.close()

  const apart = await openEmbedded(join(folder, 'apart'))
  let handlers: Record<string, Handler> = {}
  const sink = await broker(() => handlers)
  handlers = await createApart(apart, { team: 'local', keepBody: 1 << 20, sink: sink.url })
  const pieces = await analyse(apart, handlers)
  sink.close()
  await apart.close()

  expect(comparable(pieces)).toEqual(comparable(whole))
})

it('a function alone on the functions framework handles a CloudEvent, and refuses with a problem what does not fit', async () => {
  const port = await freePort()
  const framework = fileURLToPath(new URL('../node_modules/@google-cloud/functions-framework/build/src/main.js', import.meta.url))
  const child = spawn(process.execPath, [framework], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, FUNCTION_TARGET: 'parsing', PORT: String(port), SPIDER_DATA: join(folder, 'alone') },
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}/`
    await eventually(async () => (await fetch(url, { method: 'POST' })).status || undefined)
    const event = streamAdvanced.make('/test', { ...streamAdvanced.example, sequence: 1 }, { id: '1', time: new Date().toISOString() })
    const { headers, body } = encodeCloudEvent(event, registry)
    expect((await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status).toBe(204)
    const wrong = await fetch(url, { method: 'POST', headers: { ...headers, 'ce-type': 'nothing.known.v1' }, body: Buffer.from(body) })
    expect(wrong.status).toBe(400)
    expect(wrong.headers.get('content-type')).toContain('application/problem+json')
  } finally {
    child.kill()
  }
  const store = await eventually(() => openEmbedded(join(folder, 'alone')))
  const { items } = await store.store.find(scope, 'exchanges', { from: 0, to: 8e15, filter: { kind: 'all' }, size: 10, order: 'oldest' })
  await store.close()
  expect(items.map(({ http }) => http?.response?.status_code)).toEqual([204])
})

it('query alone shows on its live feed what dedup stored elsewhere', async () => {
  const port = await freePort()
  const framework = fileURLToPath(new URL('../node_modules/@google-cloud/functions-framework/build/src/main.js', import.meta.url))
  const child = spawn(process.execPath, [framework], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, FUNCTION_TARGET: 'query', PORT: String(port), SPIDER_DATA: join(folder, 'query') },
    stdio: 'ignore',
  })
  try {
    const url = `http://127.0.0.1:${port}`
    await eventually(async () => (await fetch(`${url}/healthz`)).ok || undefined)
    const abort = new AbortController()
    const reader = (await fetch(`${url}/api/v1/live`, { signal: abort.signal })).body!.getReader()
    const event = exchangeMerged.make('/functions/dedup', exchangeMerged.example, { id: '1', time: new Date().toISOString() })
    const { headers, body } = encodeCloudEvent(event, registry)
    expect((await fetch(url, { method: 'POST', headers, body: Buffer.from(body) })).status).toBe(204)
    let text = ''
    while (!text.includes('"items"')) text += Buffer.from((await reader.read()).value!).toString()
    abort.abort()
    expect(text).toContain(exchangeMerged.example.exchanges[0].event.id)
  } finally {
    child.kill()
  }
})
