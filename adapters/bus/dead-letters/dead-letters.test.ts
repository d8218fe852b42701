import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { lane, packets } from '../contract.ts'
import { openDeadLetters } from './dead-letters.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'letters-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('keeps an event with its reason over a restart, and gives it back whole, once', async () => {
  const before = await openDeadLetters({ directory, clock: () => Date.UTC(2026, 0, 5, 10) })
  await before.keep(packets(5000), 'sessions', 'no section', 6)
  const letters = await openDeadLetters({ directory })
  const [letter] = await letters.list()
  expect(letter).toEqual({
    id: letter.id,
    time: '2026-01-05T10:00:00.000Z',
    event: { id: 'web-1.k3f9/3/1', type: 'packets.captured.v1', source: '/agents/web-1.k3f9', subject: packets(28).subject, bytes: 5003 },
    function: 'sessions',
    reason: 'no section',
    attempts: 6,
  })
  const taken = await Promise.all([letters.take(letter.id), letters.take(letter.id)])
  expect(taken.filter(Boolean)).toEqual([{ event: packets(5000), function: 'sessions' }])
  expect(await letters.list()).toEqual([])
  expect(await readdir(directory)).toEqual([])
})

it('keeps no more than its bounds, the newest', async () => {
  let now = 1_767_607_200_000
  const letters = await openDeadLetters({ directory, maxLetters: 3, clock: () => now++ })
  await Promise.all([1, 2, 3, 4, 5].map((i) => letters.keep(lane(i), 'f', 'r', 1)))
  const ids = (await letters.list()).map((letter) => letter.event.id)
  expect(ids).toHaveLength(3)
  expect(await readdir(directory)).toHaveLength(3)
  const few = await openDeadLetters({ directory, maxBytes: 20_000, clock: () => now++ })
  for (let i = 0; i < 4; i++) await few.keep(packets(8000), 'f', 'r', 1)
  expect(await few.list()).toHaveLength(2)
})

it('knows no id that is none, and leaves files alone that are no letters', async () => {
  await writeFile(join(directory, '0mk0mk0mk-00000000.letter'), 'not a letter')
  await writeFile(join(directory, 'notes.txt'), 'mine')
  const log: string[] = []
  const letters = await openDeadLetters({ directory, log: (line) => log.push(line) })
  expect(log).toEqual([expect.stringContaining('is no dead letter that can be read')])
  for (const id of ['', '../x', 'nothing']) expect(await letters.take(id)).toBeUndefined()
  await letters.keep(lane(1), 'f', 'r', 1)
  expect(await readdir(directory)).toHaveLength(3)
})
