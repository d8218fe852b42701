import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { stateContract } from '../contract.ts'
import type { State } from '../port.ts'
import { openState } from './state.ts'

const T0 = 1_767_607_200_000

async function onFiles() {
  const directory = await mkdtemp(join(tmpdir(), 'state-'))
  let now = T0
  return {
    open: () => openState({ directory, maxLogBytesPerLane: 4 << 20, clock: () => now }),
    pass: async (ms: number) => {
      now += ms
    },
    maxLogBytesPerLane: 4 << 20,
    remove: () => rm(directory, { recursive: true }),
    directory,
  }
}

stateContract('embedded, on files', onFiles)

stateContract('embedded, in memory', async () => {
  let now = T0
  const state = await openState({ maxLogBytesPerLane: 4 << 20, clock: () => now })
  // Without a directory there is nothing to come back to: closing leaves it as it is.
  const pass = async (ms: number) => {
    now += ms
  }
  return { open: async () => state, pass, maxLogBytesPerLane: 4 << 20, remove: async () => {} }
})

const sizeOf = async (directory: string) => {
  const sizes = await Promise.all((await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size))
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function work(state: State, rounds: number, from = 0) {
  const lease = (await state.lease('l', 'a', 1e9))!
  for (let i = from + 1; i <= from + rounds; i++) {
    await Promise.all([state.append('l', i, new Uint8Array(20_000)), state.set('value', new Uint8Array(1000))])
    if (i % 5 === 0) await state.commit(lease, i - 2, new Map([['open', new Uint8Array(50_000).fill(i)]]))
  }
}

it('keeps its files bounded by what is live, however much goes through', async () => {
  const world = await onFiles()
  const open = () => openState({ directory: world.directory, compactBytes: 1 << 20 })
  // In pieces: a writer may outrun the snapshot that is being made, and what it wrote meanwhile stays until the next.
  for (let from = 0; from < 500; from += 50) {
    const state = await open()
    await work(state, 50, from)
    await state.close()
  }
  expect(await sizeOf(world.directory)).toBeLessThan(4 << 20)
  const again = await open()
  expect((await again.read('l', 0, 10)).map((entry) => entry.sequence)).toEqual([499, 500])
  expect((await again.load('l')).checkpoints.get('open')).toEqual(new Uint8Array(50_000).fill(500))
  await again.close()
  await world.remove()
})

it('goes on over many restarts with snapshots between', async () => {
  const world = await onFiles()
  for (let round = 0; round < 6; round++) {
    const state = await openState({ directory: world.directory, compactBytes: 200_000 })
    expect((await state.read('l', 0, 10)).map((entry) => entry.sequence)).toEqual(round === 0 ? [] : [round * 50 - 1, round * 50])
    await work(state, 50, round * 50)
    await state.close()
  }
  await world.remove()
})

it('syncs to the disk when told', async () => {
  const world = await onFiles()
  const state = await openState({ directory: world.directory, sync: 'disk' })
  await Promise.all(Array.from({ length: 50 }, (_, i) => state.append('l', i + 1, new Uint8Array(10))))
  await state.close()
  const again = await openState({ directory: world.directory })
  expect(await again.read('l', 0, 100)).toHaveLength(50)
  await again.close()
  await world.remove()
})
