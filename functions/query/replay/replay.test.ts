import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import { createRouter } from '#adapters/bus/in-process/router.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import { openDuckDb } from '#adapters/store/duckdb/store.ts'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { Letters } from '../../dead-letters/letters.ts'
import { compress } from '../../lane/compression.ts'
import { createApi } from '../api.ts'
import { LiveFeed } from '../live.ts'
import type { QueryPorts } from '../ports.ts'
import { parseTargets } from './targets.ts'

const SCOPE = { team: 'red', principal: 'test' }
let target: Server
let port: number
let ports: QueryPorts
let close: () => Promise<void>
const came: { method: string; url: string; headers: string[]; body: Buffer }[] = []

beforeAll(async () => {
  target = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      came.push({ method: request.method!, url: request.url!, headers: request.rawHeaders, body: Buffer.concat(chunks) })
      if (request.url === '/redirect') return response.writeHead(302, { location: 'http://169.254.169.254/' }).end()
      if (request.url === '/large') return response.end(Buffer.alloc(3 << 20, 'x'))
      response.writeHead(201, { 'x-answer': 'yes' }).end('{"ok":true}')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => target.once('listening', resolve))
  port = (target.address() as AddressInfo).port
  const directory = mkdtempSync(join(tmpdir(), 'spider-replay-'))
  const store = await openDuckDb({ directory: ':memory:' })
  const blobs = await openBlobs({ directory: join(directory, 'blobs') })
  const state = await openState()
  const deadLetters = new Letters(state, blobs)
  const router = createRouter({ deadLetters })
  ports = {
    store,
    state,
    blobs,
    deadLetters,
    resend: router.resend,
    live: new LiveFeed(),
    scope: () => SCOPE,
    health: async () => ({}),
    now: () => NOON,
  }
  const reference = await blobs.put('bodies', NOON, await compress(Buffer.of(0, 255, 10, 13)))
  await store.save(SCOPE, 'exchanges', [
    asked('plain', `http://127.0.0.1:${port}/plain?a=1`),
    asked('body', `http://127.0.0.1:${port}/body`, { bytes: 4, ref: `${reference}#0+4` }),
    asked('cut', `http://127.0.0.1:${port}/cut`, { bytes: 9, ref: `${reference}#0+4`, truncated: true }),
    asked('redirect', `http://127.0.0.1:${port}/redirect`),
    asked('large', `http://127.0.0.1:${port}/large`),
    asked('name', `http://localhost:${port}/name`),
    asked('decimal', `http://2130706433:${port}/decimal`),
    asked('other', 'http://10.9.9.9/other'),
    asked('file', 'file:///etc/passwd'),
    asked('closed', 'http://127.0.0.1:1/closed'),
  ])
  await store.flush()
  close = async () => {
    await router.close()
    await store.close()
    await blobs.close()
    await new Promise((resolve) => target.close(resolve))
    rmSync(directory, { recursive: true })
  }
})
afterAll(() => close())

async function replay(id: string, targets: string | undefined, how: { payload?: string; type?: string } = {}) {
  const app: FastifyInstance = await createApi({ ...ports, replayTargets: targets === undefined ? undefined : parseTargets(targets) })
  const { payload = '{"confirm":true}', type = 'application/json' } = how
  const answer = await app.inject({ method: 'POST', url: `/api/v1/exchanges/${id}/replay`, payload, headers: { 'content-type': type } })
  await app.close()
  return { code: answer.statusCode, body: answer.json() }
}

describe('sending again', () => {
  it('is off unless targets are set', async () => {
    expect(await replay('plain', undefined)).toMatchObject({
      code: 403,
      body: { detail: expect.stringContaining('SPIDER_REPLAY_TARGETS') },
    })
    expect(came).toEqual([])
  })

  it('sends what was sent, and answers what came', async () => {
    expect(await replay('plain', '127.0.0.1')).toMatchObject({
      code: 200,
      body: {
        status_code: 201,
        headers: expect.arrayContaining([['x-answer', 'yes']]),
        body: { content: '{"ok":true}', bytes: 11 },
        address: `127.0.0.1:${port}`,
      },
    })
    expect(came.at(-1)).toMatchObject({ method: 'GET', url: '/plain?a=1' })
    expect((await replay('body', '127.0.0.1')).code).toBe(200)
    expect([...came.at(-1)!.body]).toEqual([0, 255, 10, 13])
  })

  it('follows no redirects, and keeps the beginning of what is large', async () => {
    expect(await replay('redirect', '127.0.0.1')).toMatchObject({ code: 200, body: { status_code: 302 } })
    const { body } = await replay('large', '127.0.0.1')
    expect([body.body.bytes, body.body.content.length, body.body.truncated]).toEqual([3 << 20, 1 << 20, true])
  })

  it.each([
    ['other', '127.0.0.1', 'none of the targets'],
    ['plain', 'shop.test', 'none of the targets'],
    ['plain', '127.0.0.1:1', 'none of the targets'],
    ['decimal', 'shop.test', 'none of the targets'],
    ['name', 'localhost', 'is this machine'],
    ['file', '127.0.0.1', 'not sent again'],
    ['cut', '127.0.0.1', 'not kept whole'],
  ])('%s to %s is refused: %s', async (id, targets, sentence) => {
    const before = came.length
    expect(await replay(id, targets)).toMatchObject({ code: 403, body: { detail: expect.stringContaining(sentence) } })
    expect(came.length).toBe(before)
  })

  it('goes by a name to this machine when both are targets', async () =>
    expect((await replay('name', 'localhost,127.0.0.0/8,::1')).code).toBe(200))
  it('says when nobody answers', async () =>
    expect(await replay('closed', '127.0.0.1')).toMatchObject({ code: 504, body: { detail: expect.stringContaining('did not answer') } }))
  it('cannot be asked for by a form of another site', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await replay('plain', '127.0.0.1', { type })).code).toBeGreaterThanOrEqual(400)
    expect((await replay('plain', '127.0.0.1', { payload: '{}' })).code).toBe(400)
  })
})

function asked(id: string, full: string, body: { bytes: number; ref?: string; truncated?: boolean } = { bytes: 0 }) {
  const document = call(id, NOON)
  return {
    ...document,
    url: { ...document.url!, full },
    http: {
      ...document.http!,
      request: { ...document.http!.request!, method: body.bytes ? 'POST' : 'GET', headers: [['x-one', 'a']], body },
    },
  }
}
