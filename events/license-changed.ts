import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const LicenseChanged = Type.Object({
  state: Type.Union([Type.Literal('running'), Type.Literal('warned'), Type.Literal('stopped')]),
  message: Type.String({ description: 'One sentence for people' }),
  at: Type.Number({ description: 'ms since 1970' }),
})
export type LicenseChanged = Static<typeof LicenseChanged>

/** Capture and parsing are warned, stopped, or go on. Functions read the state itself; the event is for who watches. */
export const licenseChanged = defineEvent({
  type: 'license.changed.v1',
  summary: 'What the license allows has changed',
  schema: LicenseChanged,
  codec: json<LicenseChanged>(),
  example: {
    state: 'warned',
    message: 'No usage statistics were accepted for 13 hours: capture and parsing stop in 11 hours.',
    at: 1767607200000,
  },
})
