import { beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { LaneKeeper } from './keeper.ts'
import { Numbers } from './numbers.case.ts'

let state: State
let opened: string[]
beforeEach(async () => {
  state = await openState()
  opened = []
})

const keeper = (name: string, most?: number): LaneKeeper<Numbers> =>
  new LaneKeeper({
    state,
    holder: name,
    most,
    open: async (lane, checkpoints) => {
      opened.push(lane)
      return new Numbers(checkpoints, [])
    },
  })

/** Takes a lane, does one entry, gives it back. */
async function turn(from: LaneKeeper<Numbers>, lane: string, sequence: number): Promise<void> {
  const held = await from.take(lane)
  if (!held) throw new Error(`${lane} is not free`)
  await held.work.process(sequence, Uint8Array.of(sequence))
  await from.commit(held, sequence)
  await from.release(held)
}

describe('a keeper', () => {
  it('gives a lane once at a time', async () => {
    const [a, b] = [keeper('a'), keeper('b')]
    const held = await a.take('l')
    expect(await b.take('l')).toBeUndefined()
    expect(await a.take('l')).toBeUndefined()
    if (held) await a.release(held)
    expect(await b.take('l')).toBeDefined()
  })

  it('keeps work in memory, with its cursor, until another had the lane', async () => {
    const [a, b] = [keeper('a'), keeper('b')]
    await turn(a, 'l', 1)
    await turn(a, 'l', 2)
    expect(opened).toEqual(['l'])
    await turn(b, 'l', 3)
    const held = await a.take('l')
    expect(opened.length).toBe(3)
    expect(held?.cursor).toBe(3)
    expect(held?.work.seen).toEqual([1, 2, 3])
  })

  it('forgets what was done and not committed', async () => {
    const a = keeper('a')
    await turn(a, 'l', 1)
    const held = await a.take('l')
    await held?.work.process(2, Uint8Array.of(2))
    if (held) await a.abandon(held)
    const again = await a.take('l')
    expect(again?.cursor).toBe(1)
    expect(again?.work.seen).toEqual([1])
  })

  it('keeps so many lanes and no more: those let go last', async () => {
    const a = keeper('a', 2)
    for (const lane of ['x', 'y', 'x', 'z']) await turn(a, lane, opened.length + 1)
    opened = []
    for (const lane of ['x', 'z']) await turn(a, lane, 9)
    expect(opened).toEqual([])
    await turn(a, 'y', 9)
    expect(opened).toEqual(['y'])
  })
})
