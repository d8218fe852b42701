import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import type { Blobs } from '#adapters/blobs/port.ts'
import { lane, packets } from '#adapters/bus/contract.ts'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { keepUndelivered } from './handler.ts'
import { Letters } from './letters.ts'

let directory: string
let state: State
let blobs: Blobs
const open = async () => {
  state = await openState({ directory: join(directory, 'state') })
  blobs = await openBlobs({ directory: join(directory, 'blobs') })
}
const close = async () => {
  await state.close()
  await blobs.close()
}
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'letters-'))
  await open()
})
afterEach(async () => {
  await close()
  rmSync(directory, { recursive: true })
})

it.each([5_000, 500_000])('an event of %i bytes is kept with its reason over a restart, and given back whole, once', async (size) => {
  await new Letters(state, blobs, () => Date.UTC(2026, 0, 5, 10)).keep(packets(size), 'sessions', 'no section', 6)
  await close()
  await open()
  const letters = new Letters(state, blobs)
  const [letter] = await letters.list()
  expect(letter).toMatchObject({
    time: '2026-01-05T10:00:00.000Z',
    event: { id: 'web-1.k3f9/3/1', type: 'packets.captured.v1', source: '/agents/web-1.k3f9', subject: packets(28).subject },
    function: 'sessions',
    reason: 'no section',
    attempts: 6,
  })
  const taken = await Promise.all([letters.take(letter.id), letters.take(letter.id)])
  expect(taken.filter(Boolean)).toEqual([{ event: packets(size), function: 'sessions' }])
  expect(await letters.list()).toEqual([])
  expect((await state.list('dead-events/')).size).toBe(0)
})

it('no more are kept than may be, the newest, in the order of their time', async () => {
  let now = 1_767_607_200_000
  const letters = new Letters(state, blobs, () => now++, 3)
  for (let sequence = 1; sequence <= 5; sequence++) await letters.keep(lane(sequence), 'f', 'r', 1)
  expect((await letters.list()).map(({ event }) => event.id)).toEqual([3, 4, 5].map((sequence) => lane(sequence).id))
  expect((await state.list('dead-events/')).size).toBe(3)
})

it('a letter whose event the blob store has let go is none any more', async () => {
  const letters = new Letters(state, blobs, () => 0)
  await letters.keep(packets(500_000), 'f', 'r', 1)
  await blobs.expire('claims', Date.now())
  const [{ id }] = await letters.list()
  expect(await letters.take(id)).toBeUndefined()
  expect(await letters.list()).toEqual([])
})

it('an id that is none is taken for none', async () => {
  const letters = new Letters(state, blobs)
  for (const id of ['', '../x', 'nothing']) expect(await letters.take(id)).toBeUndefined()
})

const base64 = (text: string) => Buffer.from(text).toString('base64')
it.each([
  ['a problem', base64('{"title":"x","detail":"the lane is unknown"}'), 'answered 422: the lane is unknown'],
  ['a problem that was cut', base64('{"title":"x","deta'), 'answered 422: {"title":"x","deta'],
  ['nothing', undefined, 'answered 422'],
])('the reason of what a broker gave up is what the function answered: %s', async (_what, data, reason) => {
  const letters = new Letters(state, blobs)
  await keepUndelivered(letters)(lane(1), { destination: 'http://sessions.spider.svc.cluster.local', code: '422', data })
  expect(await letters.list()).toMatchObject([{ function: 'sessions', reason }])
})
