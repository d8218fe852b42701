import { type Static, Type } from 'typebox'
import { UsageStatistics } from './statistics.ts'

/** What the page shows of the license: what is in force, what was used, what is sent. */
export const LicenseDocument = Type.Object(
  {
    message: Type.String({ description: 'The license in force, in one sentence' }),
    license: Type.Optional(
      Type.Object({
        id: Type.String(),
        owner: Type.String(),
        cores: Type.Number({ description: 'Prepaid' }),
        price: Type.Integer({ description: 'Of a core for a month, cents' }),
        from: Type.String(),
        to: Type.String(),
      }),
    ),
    standing: Type.Object({
      state: Type.Union([Type.Literal('running'), Type.Literal('warned'), Type.Literal('stopped')]),
      message: Type.String(),
      stops_at: Type.Optional(Type.String({ description: 'When capture and parsing stop unless statistics are accepted' })),
    }),
    hours: Type.Array(
      Type.Object({
        hour: Type.String({ description: 'It began, UTC' }),
        cores: Type.Number({ description: 'Busy on average' }),
        cpu: Type.Record(Type.String(), Type.Integer(), { description: 'ms of CPU by part' }),
      }),
      { description: 'The last month' },
    ),
    next: Type.Optional(UsageStatistics),
    sent: Type.Optional(
      Type.Object({
        at: Type.String(),
        accepted: Type.Boolean(),
        reason: Type.Optional(Type.String()),
        report: UsageStatistics,
      }),
    ),
    doubted: Type.Array(Type.Object({ meter: Type.String(), reason: Type.String(), at: Type.String() }), {
      description: 'Readings that made no sense, and were not counted',
    }),
  },
  { $id: 'License', title: 'License' },
)
export type LicenseDocument = Static<typeof LicenseDocument>
