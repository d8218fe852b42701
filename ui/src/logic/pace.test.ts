import { expect, it } from 'vitest'
import { paceOf, recent } from './pace.ts'

const told = (all: number) => Array.from({ length: 9 }, (_, i) => ({ at: i * 250, shown: Math.min(all, 50), all }))

it('tells how many calls a second are shown and there are, while they are not all shown', () => {
  expect(paceOf(told(1250))).toEqual({ shown: 200, all: 5000 })
  expect(paceOf(told(50))).toBeUndefined()
  expect(paceOf([{ at: -250, shown: 200, all: 300 }, ...told(50)])).toBeUndefined()
  expect(paceOf([])).toBeUndefined()
  expect(paceOf(told(1250).slice(0, 2))).toBeUndefined()
})

it('forgets what was told seconds ago', () => expect(recent(told(1), 4900).map(({ at }) => at)).toEqual([2000]))
