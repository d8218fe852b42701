/** Calls as files, opened by other tools. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SwaggerParser from '@apidevtools/swagger-parser'
import { DuckDBInstance } from '@duckdb/node-api'
import { Ajv, type AnySchemaObject } from 'ajv'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HarEntry } from '#functions/lane/har.ts'
import { faultsOfPact } from '#functions/query/contracts/comparator.case.ts'
import { eventually, type Server, startServer, startServerWith } from './support/server.ts'
import { lines } from './support/spider.ts'

const fixture = (name: string): string => new URL(`fixtures/${name}`, import.meta.url).pathname
const hasTshark = spawnSync('tshark', ['--version']).status === 0
if (!hasTshark) console.log('skipped: what needs tshark, which is not installed')

const folder = mkdtempSync(join(tmpdir(), 'spider-export-'))
let server: Server
let total: number

beforeAll(async () => {
  server = await startServer(
    join(folder, 'data'),
    '--no-capture',
    '--keylog',
    fixture('https13.keys'),
    fixture('https13.pcap'),
    fixture('shop.pcap.gz'),
  )
  const told = [
    ...['shop', 'https13'].map(
      (name) =>
        readFileSync(fixture(`${name}.truth.jsonl`), 'utf8')
          .trim()
          .split('\n').length,
    ),
  ]
  total = await eventually(async () => {
    const found = (await server.find('protocol:http capture:complete', 0)).total
    return found >= told[0] + told[1] ? found : undefined
  })
})
afterAll(async () => {
  await server.stop()
  rmSync(folder, { recursive: true })
})

const HTTP = 'protocol:http capture:complete'
const ask = (form: string, query: Record<string, string>) => fetch(`${server.url}/api/v1/export/${form}?${new URLSearchParams(query)}`)
async function saved(form: string, query: Record<string, string>): Promise<string> {
  const answer = await ask(form, query)
  expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, `attachment; filename="calls.${form}"`])
  const file = join(folder, `calls.${form}`)
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  return file
}

describe('exported calls', () => {
  it('as CSV, read by DuckDB: a row a call, with the fields asked for', async () => {
    const file = await saved('csv', { q: HTTP, columns: '@timestamp,status,path,event.duration,id' })
    const database = await DuckDBInstance.create(':memory:')
    const connection = await database.connect()
    const rows = (await connection.runAndReadAll(`SELECT * FROM read_csv('${file}', header = true, all_varchar = true)`)).getRowObjects()
    connection.closeSync()
    database.closeSync()
    expect(rows.length).toBe(total)
    const { items } = await server.find(HTTP, 1)
    expect(rows[0]).toEqual({
      '@timestamp': items[0]['@timestamp'],
      'http.response.status_code': String(items[0].http!.response!.status_code),
      'url.path': items[0].url!.path,
      'event.duration': String(items[0].event.duration),
      'event.id': items[0].event.id,
    })
  })

  it('as NDJSON: the newest first, so many, with bodies when asked for', async () => {
    const { items } = await server.find('size>0', 3)
    const plain = lines<(typeof items)[number]>(readFileSync(await saved('ndjson', { q: 'size>0', most: '3' }), 'utf8'))
    expect(plain).toEqual(items)
    const [whole] = lines<(typeof items)[number]>(readFileSync(await saved('ndjson', { ids: items[1].event.id, bodies: 'true' }), 'utf8'))
    expect(whole.event.id).toBe(items[1].event.id)
    expect(whole.http!.response!.body.content).toBeTypeOf('string')
  })

  it('as an HTTP Archive that the published schema accepts', async () => {
    const file = await saved('har', { q: HTTP })
    const ajv = new Ajv({ strict: false })
    addFormats.default(ajv)
    const load = createRequire(import.meta.url)
    ajv.addMetaSchema(load('ajv/dist/refs/json-schema-draft-06.json') as AnySchemaObject)
    for (const schema of Object.values(load('har-schema') as Record<string, AnySchemaObject>)) ajv.addSchema(schema)
    const archive = JSON.parse(readFileSync(file, 'utf8')) as { log: { entries: HarEntry[] } }
    expect([ajv.validate('har.json#', archive), ajv.errors]).toEqual([true, null])
    expect(archive.log.entries.length).toBe(total)
    const schemes = new Set(archive.log.entries.map(({ request }) => new URL(request.url).protocol))
    expect([...schemes].sort()).toEqual(['http:', 'https:'])
    expect(archive.log.entries.some(({ response }) => (response.content.text ?? '').length > 0)).toBe(true)
  })

  it.skipIf(!hasTshark)(
    'as pcapng that tshark reads: every request of the connections, TLS opened by the secrets within, and names',
    async () => {
      const file = await saved('pcapng', { q: HTTP, secrets: 'true' })
      const requests = execFileSync('tshark', [
        '-r',
        file,
        '-Y',
        'http.request || http2.headers.method',
        '-T',
        'fields',
        '-e',
        'tcp.stream',
      ])
      expect(requests.toString().trim().split('\n').length).toBeGreaterThanOrEqual(total)
      const closed = await saved('pcapng', { q: 'scheme:https' })
      expect(execFileSync('tshark', ['-r', closed, '-Y', 'http || http2']).toString()).toBe('')
    },
  )

  it('as pcapng that comes in again: with the calls within TLS, by the secrets in it, and its names', async () => {
    const file = await saved('pcapng', { q: HTTP, secrets: 'true' })
    const other = await startServer(join(folder, 'again'), '--no-capture')
    try {
      await fetch(`${other.url}/api/v1/captures?name=calls.pcapng`, { method: 'POST', body: readFileSync(file) })
      const told = async (of: Server, q: string) => (await of.find(q, 0)).total
      const secure = await told(server, `${HTTP} scheme:https`)
      expect(secure).toBeGreaterThan(0)
      await eventually(async () => (await told(other, `${HTTP} scheme:https`)) === secure || undefined)
      await eventually(async () => (await told(other, HTTP)) === total || undefined)
      const named = await other.get<{ items: { name: string }[] }>('/api/v1/hosts?ips=127.0.0.11,127.0.0.14')
      expect(named.items.map(({ name }) => name).sort()).toEqual(['gateway.shop.test', 'payment.shop.test'])
    } finally {
      await other.stop()
    }
  })

  it('as an OpenAPI document that its validator accepts', async () => {
    const answer = await fetch(`${server.url}/api/v1/contracts/openapi?${new URLSearchParams({ q: 'host:gateway.shop.test' })}`)
    const document = (await answer.json()) as { paths: Record<string, { get?: { responses: Record<string, { content?: unknown }> } }> }
    expect(Object.keys(document.paths)).toContain('/api/products/{id}')
    expect(document.paths['/api/products/{id}'].get?.responses['200'].content).toMatchObject({
      'application/json': { schema: { type: 'object', required: expect.arrayContaining(['id']) } },
    })
    await SwaggerParser.validate(document as never)
    expect((await fetch(`${server.url}/api/v1/contracts/openapi?templates=x`)).status).toBe(400)
    const secure = await fetch(`${server.url}/api/v1/contracts/openapi?${new URLSearchParams({ q: 'scheme:https' })}`)
    expect(await secure.json()).toMatchObject({ servers: [{ url: expect.stringMatching(/^https:\/\//) }] })
  })

  it('as pacts, a file for each who asks whom, that keep to the OpenAPI document of their calls', async () => {
    const { items } = await server.get<{ items: { consumer: string; provider: string; interactions: number }[] }>(
      `/api/v1/contracts/pacts?${new URLSearchParams({ q: HTTP })}`,
    )
    const names = items.map(({ consumer, provider }) => `${consumer} asks ${provider}`)
    expect(names).toContain('orders.shop.test asks payment.shop.test')
    for (const { consumer, provider, interactions } of items) {
      const answer = await fetch(`${server.url}/api/v1/contracts/pacts/${consumer}/${provider}?${new URLSearchParams({ q: HTTP })}`)
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+\.json"$/)
      const pact = (await answer.json()) as {
        consumer: { name: string }
        provider: { name: string }
        interactions: { request: { body?: unknown } }[]
      }
      expect([pact.consumer.name, pact.provider.name, pact.interactions.length]).toEqual([consumer, provider, interactions])
      const oas = await server.get(`/api/v1/contracts/openapi?${new URLSearchParams({ q: HTTP })}`)
      expect(await faultsOfPact(pact, oas)).toEqual([])
    }
    const none = await fetch(`${server.url}/api/v1/contracts/pacts/nobody/anybody`)
    expect([none.status, ((await none.json()) as { detail: string }).detail]).toEqual([404, expect.stringContaining('nobody')])
  })

  it('says what is wrong before anything is sent', async () => {
    for (const [form, query, detail] of [
      ['csv', { q: 'status:' }, /./],
      ['csv', { columns: 'nothing' }, /^columns names nothing, which is no field of calls/],
      ['har', { ids: Array.from({ length: 201 }, (_, i) => i).join() }, /^ids names 201 calls: give 200 at most/],
      ['xlsx', {}, /./],
    ] as const) {
      const answer = await ask(form, query as Record<string, string>)
      expect([form, answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
        form,
        400,
        expect.stringMatching(detail),
      ])
    }
  })

  it('keeps of a body as much as the settings say, and says that it is the beginning', async () => {
    const short = await startServerWith({ SPIDER_KEEP_BODY: '1000' }, join(folder, 'short'), '--no-capture', fixture('shop.pcap.gz'))
    try {
      const { event, http } = (await eventually(async () => (await short.find('path:/items size>10KB', 1)).items[0] || undefined))!
      const { body } = http!.response!
      expect(body).toMatchObject({ truncated: true, sha256: expect.any(String) })
      expect(body.bytes).toBeGreaterThan(10_000)
      const kept = await fetch(`${short.url}/api/v1/exchanges/${event.id}/response/body`)
      expect((await kept.arrayBuffer()).byteLength).toBe(1000)
    } finally {
      await short.stop()
    }
  })

  it('gives no secrets where that is forbidden', async () => {
    const strict = await startServerWith({ SPIDER_SECRETS_EXPORT: 'false' }, join(folder, 'strict'), '--no-capture')
    expect((await fetch(`${strict.url}/api/v1/export/pcapng?secrets=true`)).status).toBe(403)
    await strict.stop()
  })
})
