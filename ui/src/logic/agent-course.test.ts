import { expect, it } from 'vitest'
import { courseOf } from './agent-course.ts'

it('the course of an agent is what came between its statuses, a second', () =>
  expect(
    courseOf([
      { time: 0, captured: 10, lost: 0, spool: 5 },
      { time: 20_000, captured: 50, lost: 0, spool: 7 },
      { time: 30_000, captured: 50, lost: 30, spool: 0 },
    ]),
  ).toEqual({ captured: [2, 0], lost: [0, 3], spool: [7, 0] }))

it('of one status there is none', () => expect(courseOf([{ time: 0, captured: 1, lost: 0, spool: 0 }]).captured).toEqual([]))
