import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { HOUR } from '#engines/license/hours.ts'
import type { LicenseChanged } from '#events/license-changed.ts'
import type { Books } from './books.ts'
import { Desk } from './desk.ts'
import { LEDGER, type Ledger, openLedger } from './ledger.ts'
import { LicenseOffice } from './server/office.ts'
import { createLicenseServer } from './server/server.ts'
import { SigningKeys } from './server/signing.ts'
import { Gate } from './standing.ts'

const start = Date.UTC(2028, 1, 28, 22)
const ADMINISTRATOR = 'vendor'
const PROBLEM = 'application/problem+json; charset=utf-8'
let directory: string
let server: FastifyInstance
let url: string
let state: State
let books: Books<Ledger>
let keys: SigningKeys
let now: number
let changes: LicenseChanged[]
let serverState: State

async function serve(port = 0): Promise<void> {
  server = await createLicenseServer({ office: new LicenseOffice(serverState, keys), keys, administrator: ADMINISTRATOR, now: () => now })
  url = await server.listen({ port })
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'license-'))
  now = start
  changes = []
  keys = await SigningKeys.open(join(directory, 'keys.json'))
  serverState = await openState()
  state = await openState()
  books = openLedger(state)
  await serve()
})
afterEach(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

async function vendor(path: string, body?: object): Promise<{ status: number; json: Record<string, never> }> {
  const response = await fetch(`${url}/api/v1${path}`, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${ADMINISTRATOR}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, json: (await response.json()) as Record<string, never> }
}
const issue = async (cores = 5): Promise<{ id: string; token: string }> =>
  (await vendor('/licenses', { owner: 'Shop', cores })).json as unknown as { id: string; token: string }

const desk = (token: string | undefined, anonymous = false): Desk =>
  new Desk({
    state,
    books,
    licensed: token === undefined ? undefined : { token, server: url, anonymous },
    version: '0.1.0',
    now: () => now,
    changed: async (change) => void changes.push(change),
  })

/** A process that used so many cores in the hour that ends now. */
const use = (cores: number, part = 'parsing'): Promise<string | undefined> =>
  books.write(LEDGER, (ledger) => ledger.take({ meter: `${part}/${now}`, part, from: now - HOUR, at: now, cpu: cores * HOUR }, now))

const allowed = async (): Promise<string> => {
  try {
    await new Gate(state, () => now).pass()
    return 'passes'
  } catch (error) {
    return (error as Error).name
  }
}

describe('an installation with a license', () => {
  it('sends its hours every hour; the owner and the vendor see them, each once', async () => {
    const { id, token } = await issue()
    const at = desk(token)
    for (let hour = 0; hour < 5; hour++) {
      now += HOUR
      await use(2)
      await use(0.5, 'ingest')
      await at.tick()
      await at.tick()
    }
    expect(await at.lastSent()).toMatchObject({ accepted: true, report: { license: id, version: '0.1.0' } })
    const hours = await vendor(`/licenses/${id}/hours?from=2028-02-28T00:00:00Z&to=2028-03-02T00:00:00Z`)
    const items = hours.json.items as { hour: string; cores: number; cpu: object }[]
    expect(items.map(({ hour, cores }) => [hour.slice(8, 13), cores])).toEqual([
      ['28T22', 2.5],
      ['28T23', 2.5],
      ['29T00', 2.5],
      ['29T01', 2.5],
      ['29T02', 2.5],
    ])
    const owner = await fetch(`${url}/api/v1/licenses/${id}/estimate`, { headers: { authorization: `Bearer ${token}` } })
    expect(await owner.json()).toMatchObject({ average: 2.5, as_is: { cores: 5, total: 6_600_00 }, best: { cores: 2 } })
    expect(changes).toEqual([])
  })

  it('is warned, stops and goes on by itself: the server away for two days, over a leap day', async () => {
    const { token } = await issue()
    const at = desk(token)
    await at.tick()
    const { port } = new URL(url)
    await server.close()
    const seen: [number, string, string][] = []
    for (const hours of [11, 13, 23, 25, 48]) {
      now = start + hours * HOUR
      seen.push([hours, (await at.tick()).state, await allowed()])
    }
    expect(seen).toEqual([
      [11, 'running', 'passes'],
      [13, 'warned', 'passes'],
      [23, 'warned', 'passes'],
      [25, 'stopped', 'LicenseStopped'],
      [48, 'stopped', 'LicenseStopped'],
    ])
    expect((await at.lastSent())?.reason).toContain('could not be reached')
    await use(3)
    await serve(Number(port))
    now += HOUR
    expect((await at.tick()).state).toBe('running')
    expect(await allowed()).toBe('passes')
    expect(changes.map(({ state }) => state)).toEqual(['warned', 'stopped', 'running'])
  })

  it('notices a clock that is set back', async () => {
    const at = desk((await issue()).token)
    await at.tick()
    await server.close()
    now = start + 25 * HOUR
    await at.tick()
    now = start + HOUR
    expect((await at.tick()).message).toContain('The clock was set back')
    expect(await allowed()).toBe('LicenseStopped')
    await serve()
  })

  it('shows what it will send, and sends that; anonymised when wished', async () => {
    const { token } = await issue()
    now += HOUR
    await use(1)
    await use(1, 'ingest')
    const at = desk(token, true)
    const next = await at.next()
    await at.tick()
    expect((await at.lastSent())?.report).toEqual(next)
    expect(next?.hours).toEqual([{ hour: '2028-02-28T22:00:00.000Z', cpu: { all: 2 * HOUR } }])
  })

  it('goes on with a key that was rotated', async () => {
    const first = desk((await issue()).token)
    await first.tick()
    await keys.rotate()
    const second = desk((await issue(8)).token)
    expect((await second.inForce()).license?.cores).toBe(8)
    expect((await first.inForce()).license?.cores).toBe(5)
  })
})

describe('without a license that holds', () => {
  it.each([
    ['none', undefined, 'Evaluation license: everything works, nothing is sent.'],
    ['a damaged one', 'abc', 'The license cannot be read: give the whole token as it was sent. Until then the evaluation applies.'],
  ])('%s: the evaluation applies, and one line says what to do', async (_, token, message) => {
    const at = desk(token)
    expect((await at.inForce()).message).toContain(message)
    expect(await at.refused()).toEqual(token && expect.stringContaining(message))
    now += 1000 * HOUR
    expect((await at.tick()).state).toBe('running')
    expect(await at.next()).toBeUndefined()
    expect(await at.lastSent()).toBeUndefined()
    expect(await allowed()).toBe('passes')
  })

  it('whose keys cannot be had says why, and where they were asked for', async () => {
    const { token } = await issue()
    await server.close()
    const { port } = new URL(url)
    expect(await desk(token).refused()).toMatch(
      new RegExp(
        `^The license could not be checked: .*ECONNREFUSED.*${port}. Is ${url} the license server\\? Until then the evaluation applies.$`,
      ),
    )
    await serve()
    expect(await desk(token).refused()).toBeUndefined()
  })
})

describe('the license server', () => {
  const statistics = (license: string, hours: object[]) => ({
    license,
    installation: 'i1',
    version: '1',
    sentAt: new Date(now).toISOString(),
    hours,
  })
  const report = (token: string, body: object) =>
    fetch(`${url}/api/v1/statistics`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  it('takes statistics once, late and out of order', async () => {
    const { id, token } = await issue()
    const early = statistics(id, [{ hour: '2028-02-28T20:00:00.000Z', cpu: { a: 100 } }])
    const late = statistics(id, [
      { hour: '2028-02-28T20:00:00.000Z', cpu: { a: 300 } },
      { hour: '2028-02-28T21:00:00.000Z', cpu: { a: 5 } },
    ])
    for (const body of [late, early, late, early]) expect((await report(token, body)).status).toBe(200)
    const { json } = await vendor(`/licenses/${id}/hours?from=2028-02-28T00:00:00Z&to=2028-03-02T00:00:00Z`)
    expect((json.items as { cpu: object }[]).map(({ cpu }) => cpu)).toEqual([{ a: 300 }, { a: 5 }])
  })

  it.each([
    ['negative', { hour: '2028-02-28T20:00:00.000Z', cpu: { a: -1 } }, 'has a negative use'],
    ['from the future', { hour: '2028-02-29T20:00:00.000Z', cpu: { a: 1 } }, 'lies in the future'],
    ['a jump', { hour: '2028-02-28T20:00:00.000Z', cpu: { a: 2000 * HOUR } }, 'is a jump'],
    ['no hour', { hour: '2028-02-28T20:10:00.000Z', cpu: { a: 1 } }, 'not the beginning of an hour'],
  ])('refuses statistics that make no sense: %s; the owner sees it, and what was sent', async (_, hour, reason) => {
    const { id, token } = await issue()
    const answer = await report(token, statistics(id, [hour]))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([422, PROBLEM])
    const { refused } = (await vendor(`/licenses/${id}`)).json as unknown as { refused: object[] }
    expect(refused).toMatchObject([{ reason: expect.stringContaining(reason), report: statistics(id, [hour]) }])
  })

  it('lets nobody else in', async () => {
    const [mine, other] = [await issue(), await issue()]
    const get = (path: string, token?: string) =>
      fetch(`${url}/api/v1${path}`, { headers: token ? { authorization: `Bearer ${token}` } : {} }).then(({ status }) => status)
    expect(await get(`/licenses/${mine.id}`, mine.token)).toBe(200)
    expect(await get(`/licenses/${mine.id}`, other.token)).toBe(403)
    expect(await get(`/licenses/${mine.id}`)).toBe(401)
    expect((await report(other.token, statistics(mine.id, []))).status).toBe(403)
    const words = async (token: string) =>
      (
        (await (await fetch(`${url}/api/v1/licenses/${mine.id}`, { headers: { authorization: `Bearer ${token}` } })).json()) as {
          detail: string
        }
      ).detail
    expect(await words(other.token)).toBe('The license that was sent is another one than asked for.')
    expect(await words(mine.token.slice(0, -9))).toContain('give the whole token')
    const forged = await fetch(`${url}/api/v1/licenses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${mine.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ owner: 'me', cores: 1000 }),
    })
    expect(forged.status).toBe(403)
  })

  it('charges half years, and explains each line by its hours; a renewal begins where the term ended', async () => {
    const { id, token } = await issue(1)
    const hours = Array.from({ length: 24 * 30 }, (_, i) => ({
      hour: new Date(start + i * HOUR).toISOString(),
      cpu: { parsing: 20 * HOUR },
    }))
    now = start + 40 * 24 * HOUR
    await report(token, statistics(id, hours))
    const { json } = await vendor(`/licenses/${id}/regularisation`)
    const [line] = json.items as { used: number; prepaid: number; extra: number; charge: number }[]
    // 720 hours of 20 cores; 182 days of one core are prepaid.
    expect(line).toMatchObject({ used: 14_400, prepaid: 4_368, extra: 10_032, charge: Math.round((10_032 * 110_00 * 1.33) / 730) })
    const renewed = await vendor(`/licenses/${id}/renewals`, { months: 12, cores: 20 })
    expect(renewed.json.terms).toMatchObject([{ cores: 1 }, { cores: 20, from: '2029-02-28T22:00:00.000Z' }])
    expect((await desk(renewed.json.token as unknown as string).inForce()).license).toMatchObject({ cores: 20 })
  })

  it('answers the estimate to everybody', async () => {
    const estimated = (await (await fetch(`${url}/api/v1/estimate?cores=5&average=6`)).json()) as object
    expect(estimated).toMatchObject({
      as_is: { prepaid: 6_600_00, extra: 1_755_60, total: 8_355_60 },
      best: { cores: 6, total: 7_920_00 },
      saved: 435_60,
    })
    const wrong = await fetch(`${url}/api/v1/estimate?cores=-5`)
    expect([wrong.status, wrong.headers.get('content-type')]).toEqual([400, PROBLEM])
  })
})
