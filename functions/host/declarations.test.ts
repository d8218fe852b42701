import { expect, it } from 'vitest'
import { declarations } from './declarations.ts'
import { ATTENDED_MS } from './handlers.ts'

/** Knative's queue-proxy lets an instance that is being ended know only when nothing has come for so long, seconds. */
const DRAIN = 30
/** What `serve.ts` then gives calls that are under way, and as much again to tell what was used and to close what is open. */
const ENDING = 20

it.each(declarations)('$name has the time to end in order: Knative gives it as long as one call', ({ scaling }) => {
  expect(scaling.timeout).toBeGreaterThanOrEqual(DRAIN + ENDING)
})

it.each(declarations.filter(({ name }) => ['sessions', 'parsing', 'tls'].includes(name)))(
  '$name may be called for half as long again as it stays with a lane',
  ({ scaling }) => {
    expect(scaling.timeout * 1000).toBeGreaterThanOrEqual(ATTENDED_MS * 1.5)
  },
)
