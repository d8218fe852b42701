import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'

const LicenseUsage = Type.Object({
  meter: Type.String({ minLength: 1, maxLength: 200, description: 'One process, or one container; another after each start' }),
  part: Type.String({ minLength: 1, maxLength: 60, description: 'Which function or kind of agent it is' }),
  from: Type.Number({ description: 'When the meter began at zero, ms since 1970' }),
  at: Type.Number({ description: 'When it was read, ms since 1970' }),
  cpu: Type.Integer({ description: 'CPU used from `from` to `at`, ms' }),
})
export type LicenseUsage = Static<typeof LicenseUsage>

/** A meter's counter, not what it gained: one that comes twice, late or not at all changes nothing in the sum. */
export const licenseUsage = defineEvent({
  type: 'license.usage.v1',
  summary: 'A process says how much CPU it has used since it began',
  schema: LicenseUsage,
  codec: json<LicenseUsage>(),
  example: { meter: 'parsing/5e0c', part: 'parsing', from: 1767607200000, at: 1767607260000, cpu: 4210 },
})
