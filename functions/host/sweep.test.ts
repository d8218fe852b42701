import { expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { Event } from '#events/define.ts'
import { checkSource } from './sources.ts'
import { Waker, wake, wakeLanes } from './sweep.ts'

const setUp = async () => {
  const state = await openState()
  const events: Event[] = []
  const bus = { publish: async (event: Event) => void events.push(event) }
  const append = (lane: string, sequence: number) => state.append(lane, sequence, Uint8Array.of(1))
  const commit = async (lane: string, cursor: number) => {
    const lease = (await state.lease(lane, 'a', 1000))!
    await state.commit(lease, cursor, new Map())
    await state.release(lease)
  }
  return { state, events, bus, append, commit }
}

it('the sweep wakes each lane that is behind, by the event that its function takes', async () => {
  const { state, events, bus, append, commit } = await setUp()
  await append('web/0', 1)
  await append('web/1', 1)
  await append('parsing/web/2', 1)
  await commit('web/1', 1)
  expect((await wakeLanes(state, bus, Date.now)).sort()).toEqual(['parsing/web/2', 'web/0'])
  expect(events.map(({ type, data }) => [type, (data as { lane: string }).lane]).sort()).toEqual([
    ['lane.advanced.v1', 'web/0'],
    ['streams.logged.v1', 'web/2'],
  ])
})

it('a function that lets a lane go with work left says so itself, by an event that it may send', async () => {
  const { events, bus } = await setUp()
  await wake('web/0', bus, Date.now, '/functions/sessions')
  await wake('parsing/web/0', bus, Date.now, '/functions/parsing')
  for (const event of events) expect(() => checkSource(event)).not.toThrow()
  expect(events.map(({ type }) => type)).toEqual(['lane.advanced.v1', 'streams.logged.v1'])
})

it('who looks after lanes wakes those that did not move since the last look, and looks seldom', async () => {
  const { state, events, bus, append, commit } = await setUp()
  let now = 0
  const waker = new Waker(state, bus, () => now, 5_000)
  await append('web/0', 1)
  await append('web/1', 1)
  await waker.look()
  now = 4_999
  await waker.look()
  expect(events).toEqual([])
  await commit('web/1', 1)
  await append('web/1', 2)
  now = 5_000
  await waker.look()
  expect(events.map(({ data }) => (data as { lane: string }).lane)).toEqual(['web/0'])
})
