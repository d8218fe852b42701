import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import type { Blobs } from '#adapters/blobs/port.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { messagesBy } from '../../host/schemas.ts'
import { createPages } from '../../host/server.ts'
import { compress } from '../../lane/compression.ts'
import { LiveFeed } from '../live.ts'

const SCOPE = { team: 'red', principal: 'test' }
const HTML =
  '<META http-equiv=refresh content="0;url=http://x"><link rel=preconnect href=//x><linked><base\nhref=//x><iFrame src=//x><p>hé<script>alert(1)</script>'
const ITEM = Buffer.from([10, 3, 116, 101, 97])
/** Does not get smaller in a block, and is not a whole number of the pieces in which blobs are read. */
const LARGE = randomBytes((24 << 20) + 12_345)
const FRAMES = 300_000
/** Bytes taken from the blobs, and when they were looked at last. */
let taken = 0
let before = -1
const settled = (): boolean => {
  const same = taken === before
  before = taken
  return same && taken > 0
}

let app: Awaited<ReturnType<typeof createPages>>
let close: () => Promise<void>

const counted =
  (blobs: Blobs): Blobs['get'] =>
  async (reference, range) => {
    const bytes = await blobs.get(reference, range)
    taken += bytes?.length ?? 0
    return bytes
  }

beforeAll(async () => {
  const directory = mkdtempSync(join(tmpdir(), 'spider-bodies-'))
  const store = await openDuckDb({ directory: ':memory:' })
  const blobs = await openBlobs({ directory })
  const proto = join(directory, 'shop.proto')
  writeFileSync(
    proto,
    'syntax = "proto3"; package shop; message Item { string item_name = 1; } service Items { rpc Add(Item) returns (Item); }',
  )
  const bytes = Buffer.from(HTML)
  const reference = await blobs.put('bodies', NOON, await compress(bytes))
  const document = call('html', NOON)
  const response = {
    ...document.http!.response!,
    mime_type: 'text/html',
    headers: [['Content-Type', 'text/html; charset=UTF-7']],
    body: { bytes: bytes.length, ref: `${reference}#0+${bytes.length}` },
  }
  const packed = gzipSync(ITEM)
  const messages = Buffer.concat([Buffer.from([1, 0, 0, 0, packed.length]), packed, Buffer.from([0, 0, 0, 0, ITEM.length]), ITEM])
  const kept = await blobs.put('bodies', NOON, await compress(messages))
  const grpc = (path: string) => {
    const request = {
      ...document.http!.request!,
      headers: [
        ['content-type', 'application/grpc'],
        ['grpc-encoding', 'gzip'],
      ],
      body: { bytes: messages.length, ref: `${kept}#0+${messages.length}` },
    }
    return { ...call(path, NOON), url: { ...document.url!, path: `/shop.Items/${path}` }, http: { ...document.http!, request } }
  }
  const block = await blobs.put('bodies', NOON, await compress(Buffer.concat([Buffer.alloc(99), LARGE])))
  const frames = Buffer.from('<p>é<iframe src=//x>'.repeat(FRAMES))
  const page = await blobs.put('bodies', NOON, await compress(frames))
  const answering = (id: string, body: { bytes: number; ref: string }) => {
    const of = call(id, NOON)
    return { ...of, http: { ...of.http!, response: { ...of.http!.response!, mime_type: 'text/html', body } } }
  }
  await store.save(SCOPE, 'exchanges', [
    { ...document, http: { ...document.http!, response } },
    grpc('Add'),
    grpc('Other'),
    answering('large', { bytes: LARGE.length, ref: `${block}#99+${LARGE.length}` }),
    answering('short', { bytes: LARGE.length, ref: `${block}#99+${LARGE.length + 1}` }),
    answering('page', { bytes: frames.length, ref: `${page}#0+${frames.length}` }),
  ])
  await store.flush()
  app = await createPages(
    {
      store,
      blobs: { ...blobs, get: counted(blobs) },
      live: new LiveFeed(),
      scope: () => SCOPE,
      now: () => NOON,
      health: async () => ({}),
      deadLetters: undefined as never,
      state: undefined as never,
      resend: async () => undefined,
      messages: messagesBy([proto]).messages,
    },
    '/nothing',
  )
  close = async () => {
    await app.close()
    await store.close()
    await blobs.close()
    rmSync(directory, { recursive: true })
  }
})
afterAll(() => close())

describe('a kept body', () => {
  it('is a file that no browser opens as a page', async () => {
    const answer = await app.inject('/api/v1/exchanges/html/response/body')
    expect(answer.body).toBe(HTML)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="html-response.html"',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringMatching(/^sandbox; default-src 'none'/),
    })
  })

  it('as a page can do nothing and loads nothing', async () => {
    const answer = await app.inject('/api/v1/exchanges/html/response/body?as=page')
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['content-security-policy']).not.toMatch(/allow-|self'; img|script-src/)
    expect(answer.body).toBe(
      '<x-META http-equiv=refresh content="0;url=http://x"><x-link rel=preconnect href=//x><linked><x-base\nhref=//x><x-iFrame src=//x><p>hé<script>alert(1)</script>',
    )
  })

  it('of any length is sent as fast as it is taken, and few of its bytes are held', async () => {
    const url = await app.listen({ host: '127.0.0.1', port: 0 })
    const clients = await Promise.all(Array.from({ length: 4 }, () => fetch(`${url}/api/v1/exchanges/large/response/body`)))
    expect(clients[0].headers.get('content-length')).toBe(String(LARGE.length))
    // Nobody reads: what was taken from the blobs lies in buffers of sockets.
    await expect.poll(settled, { timeout: 20_000, interval: 300 }).toBe(true)
    expect(taken).toBeLessThan((clients.length * LARGE.length) / 2)
    for (const client of clients) expect(Buffer.compare(Buffer.from(await client.arrayBuffer()), LARGE)).toBe(0)
  })

  it('that is damaged breaks off, and is not taken for a whole one', async () => {
    const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`
    const answer = await fetch(`${url}/api/v1/exchanges/short/response/body`)
    await expect(answer.arrayBuffer()).rejects.toThrow()
  })

  it('as a page is harmless wherever it is cut in pieces', async () => {
    const answer = await app.inject('/api/v1/exchanges/page/response/body?as=page')
    expect(answer.body.match(/<x-iframe src=\/\/x>/g)).toHaveLength(FRAMES)
    expect(answer.body).not.toContain('<iframe')
  })

  it('of gRPC is text with the names of the schemas, else with numbers, and compressed messages are undone', async () => {
    const read = (path: string) => app.inject(`/api/v1/exchanges/${path}/request/body?as=messages`)
    const [known, other] = [await read('Add'), await read('Other')]
    expect(known.headers['content-type']).toBe('text/plain; charset=utf-8')
    expect(known.body.match(/\{"item_name":"tea"\}/g)).toHaveLength(2)
    expect(other.body.match(/^1: "tea"$/gm)).toHaveLength(2)
    expect((await app.inject('/api/v1/exchanges/html/response/body?as=messages')).statusCode).toBe(400)
  })

  it('is not there when none was kept', async () => {
    expect((await app.inject('/api/v1/exchanges/html/request/body')).statusCode).toBe(404)
    expect((await app.inject('/api/v1/exchanges/none/response/body')).statusCode).toBe(404)
    expect((await app.inject('/api/v1/exchanges/html/both/body')).statusCode).toBe(400)
  })

  it('does not loosen the policy of anything else', async () => {
    expect((await app.inject('/healthz')).headers['content-security-policy']).toMatch(/^default-src 'self'/)
  })
})
