import { expect, it } from 'vitest'
import { HOUR } from './hours.ts'
import { standingOf } from './standing.ts'

const at = Date.UTC(2026, 9, 24, 20)

it.each([
  [0, 'running'],
  [11, 'running'],
  [13, 'warned'],
  [23, 'warned'],
  [24, 'stopped'],
  [25, 'stopped'],
  [7 * 24, 'stopped'],
] as const)('%i hours without statistics, over a change of summer time: %s', (hours, state) => {
  const now = at + hours * HOUR
  const standing = standingOf({ at, latest: now }, now)
  expect(standing).toMatchObject({ state, stopsAt: at + 24 * HOUR })
  if (state !== 'running') expect(standing.message).toContain(`for ${hours} hours`)
})

it('the evaluation neither sends nor stops', () => {
  expect(standingOf(undefined, at)).toMatchObject({ state: 'running', stopsAt: undefined })
})

it('a clock that is set back gains nothing, and is told', () => {
  const accepted = { at, latest: at + 25 * HOUR }
  const standing = standingOf(accepted, at + HOUR)
  expect(standing.state).toBe('stopped')
  expect(standing.message).toContain('The clock was set back by 1440 minutes')
  expect(standingOf({ at, latest: at + 60_000 }, at).message).not.toContain('clock')
})

it('says when it will stop', () => {
  expect(standingOf({ at, latest: at }, at + 12 * HOUR).message).toBe(
    'No usage statistics were accepted for 12 hours: capture and parsing stop in 12 hours.',
  )
})
