import { expect, it } from 'vitest'
import { NONE, stretch, toggle } from './chosen.ts'

const ROWS = ['a', 'b', 'c', 'd', 'e']

it('rows are chosen one by one, and let go', () => {
  const two = toggle(toggle(NONE, 'b'), 'd')
  expect(two).toEqual({ keys: ['b', 'd'], anchor: 'd' })
  expect(toggle(two, 'b').keys).toEqual(['d'])
})

it('a stretch goes from the anchor, either way, and adds to what was chosen', () => {
  const one = toggle(NONE, 'c')
  expect(stretch(one, 'e', ROWS).keys).toEqual(['c', 'd', 'e'])
  expect(stretch(stretch(one, 'e', ROWS), 'b', ROWS).keys).toEqual(['c', 'd', 'e', 'b'])
  expect(stretch(NONE, 'c', ROWS, 'b').keys).toEqual(['b', 'c'])
  expect(stretch({ keys: ['x'], anchor: 'x' }, 'b', ROWS)).toEqual({ keys: ['x', 'b'], anchor: 'b' })
  expect(stretch(one, 'gone', ROWS)).toEqual(one)
})
