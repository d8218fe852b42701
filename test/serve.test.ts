import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { hasRedis, leftOut, startRedis } from '#adapters/servers.case.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import type { LicenseUsage } from '#events/license-usage.ts'
import { LEDGER, openLedger } from '#functions/license/ledger.ts'
import { eventually } from './support/server.ts'

if (!hasRedis) leftOut('test/serve.test.ts', 'redis-server is not installed')

const SERVE = fileURLToPath(new URL('../functions/host/serve.ts', import.meta.url))

let folder: string
let children: ChildProcess[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-serve-'))
  children = []
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
})

/** A function as its image runs it. */
async function serve(target: string, environment: Record<string, string>) {
  const port = await freePort()
  const child = spawn(process.execPath, [SERVE], {
    env: { ...process.env, FUNCTION_TARGET: target, PORT: String(port), SPIDER_DATA: join(folder, 'data'), ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  children.push(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk))
  return {
    child,
    said: () => said,
    /** Status and body of an answer. */
    ask: async (path: string, request: RequestInit = {}) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, request)
      return { code: answer.status, body: (await answer.json()) as Record<string, unknown> }
    },
  }
}

describe.runIf(hasRedis)('the license server as a function of its own', () => {
  it('knows what it issued, whichever instance did it', async () => {
    const redis = await startRedis()
    try {
      const settings = { REDIS_URL: redis.url, SPIDER_LICENSE_ADMINISTRATOR: 'vendor', SPIDER_LICENSE_KEYS: join(folder, 'keys.json') }
      const first = await serve('license-server', settings)
      await eventually(async () => ((await first.ask('/health').catch(() => undefined))?.code === 200 ? true : undefined))
      const wanted = { method: 'POST', headers: { authorization: 'Bearer vendor', 'content-type': 'application/json' } }
      const issued = await first.ask('/api/v1/licenses', { ...wanted, body: JSON.stringify({ owner: 'Shop', cores: 5 }) })
      expect(issued.code).toBe(201)
      first.child.kill('SIGTERM')
      expect(await once(first.child, 'exit')).toEqual([0, null])
      const second = await serve('license-server', settings)
      await eventually(async () => ((await second.ask('/health').catch(() => undefined))?.code === 200 ? true : undefined))
      const { id, token } = issued.body as Record<'id' | 'token', string>
      const known = await second.ask(`/api/v1/licenses/${id}`, { headers: { authorization: `Bearer ${token}` } })
      expect([known.code, known.body]).toEqual([
        200,
        expect.objectContaining({ id, owner: 'Shop', terms: [expect.objectContaining({ cores: 5 })] }),
      ])
    } finally {
      await redis.end()
    }
  })
})

describe.runIf(hasRedis)('an instance whose Redis is away', () => {
  it('lives, says so in one line each time, and is ready once it is there', async () => {
    const redis = await startRedis()
    try {
      await redis.end()
      const { child, said, ask } = await serve('sessions', { REDIS_URL: redis.url })
      await eventually(async () => (said().match(/tried again in/g)?.length === 2 ? true : undefined))
      expect(await ask('/ready')).toEqual({ code: 503, body: { ready: false, waiting: ['state'] } })
      expect(await ask('/health')).toMatchObject({ code: 503, body: { store: 'ok', state: expect.stringContaining('ECONNREFUSED') } })
      await redis.begin()
      await eventually(async () => ((await ask('/ready')).code === 200 ? true : undefined))
      expect(await ask('/health')).toEqual({ code: 200, body: { status: 'ok', store: 'ok', state: 'ok', blobs: 'ok' } })
      child.kill('SIGTERM')
      expect(await once(child, 'exit')).toEqual([0, null])
    } finally {
      await redis.remove()
    }
  })
})

it.each([
  ['REDIS_URL is missing beside its password', { REDIS_PASSWORD: 'secret' }, /REDIS_PASSWORD is set and REDIS_URL is not/],
  ['no address', { ELASTICSEARCH_URL: 'elastic' }, /ELASTICSEARCH_URL is no address/],
  ['an unknown chain', { SPIDER_CHAIN: 'dedup' }, /SPIDER_CHAIN is "dedup"/],
])('a variable that cannot be used is said in one sentence, and ends the instance with 2: %s', async (_what, environment, sentence) => {
  const { child, said } = await serve('sessions', environment as Record<string, string>)
  expect((await once(child, 'close'))[0]).toBe(2)
  expect(said()).toMatch(sentence)
  expect(said().trim().split('\n').length).toBe(1)
  expect(said()).not.toContain('secret')
})

it('what an instance used last is in the ledger when it has ended, and starts no other', async () => {
  const told: number[] = []
  const broker = createServer(async (request, response) => {
    told.push(((await json(request)) as LicenseUsage).cpu)
    response.writeHead(202).end()
  }).listen(0, '127.0.0.1')
  await once(broker, 'listening')
  const { child, ask } = await serve('hosts', { K_SINK: `http://127.0.0.1:${(broker.address() as AddressInfo).port}` })
  await eventually(async () => ((await ask('/ready').catch(() => undefined))?.code === 200 ? true : undefined))
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
  broker.close()
  const state = await openState({ directory: join(folder, 'data', 'state') })
  const { hours, doubted } = await openLedger(state).read(LEDGER)
  await state.close()
  const used = [...hours.values()].map((parts) => parts.get('hosts') ?? 0).reduce((sum, each) => sum + each)
  expect(used).toBeGreaterThan(Math.max(100, ...told))
  expect(doubted).toEqual([])
})

it('the sweep says what it did, and ends', async () => {
  const { child } = await serve('sweep', {})
  expect(await once(child, 'close')).toEqual([0, null])
})
