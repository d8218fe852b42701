import { expect, it } from 'vitest'
import { ToldOnce } from './told-once.ts'

it('tells a session once, again when more is known of it, and remembers the last alone', () => {
  const told = new ToldOnce(2)
  expect([told.isNews('a', 1), told.isNews('a', 1), told.isNews('a', 5), told.isNews('a', 5), told.isNews('a', 1)]).toEqual([
    true,
    false,
    true,
    false,
    false,
  ])
  told.isNews('b', 1)
  told.isNews('c', 1)
  expect([told.isNews('b', 1), told.isNews('c', 1), told.isNews('a', 5)]).toEqual([false, false, true])
})
