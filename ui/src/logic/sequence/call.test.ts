import { expect, it } from 'vitest'
import { call, NOON } from '#adapters/store/samples.case.ts'
import { callOf, unnamedIn } from './call.ts'

const named = call('a', NOON, { server: 'orders.shop' })
const bare = call('b', NOON)

it('ends go by the name in the call, else by that which the address has now', () => {
  const names = new Map([
    ['10.2.0.7', 'later.shop'],
    ['10.1.0.9', 'client.shop'],
  ])
  expect(callOf(named, names)).toMatchObject({ from: 'client.shop', to: 'orders.shop' })
  expect(callOf(bare, names).to).toBe('later.shop')
  expect(callOf(bare, new Map())).toMatchObject({ from: '10.1.0.9', to: '10.2.0.7' })
})

it('tells the addresses without a name, each once', () => expect(unnamedIn([named, bare, bare])).toEqual(['10.1.0.9', '10.2.0.7']))
