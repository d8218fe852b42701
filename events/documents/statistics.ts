import { type Static, Type } from 'typebox'

/** What a licensed installation sends to the license server every hour: nothing else leaves it. */
export const UsageStatistics = Type.Object(
  {
    license: Type.String({ description: 'Id of the license' }),
    installation: Type.String({ description: 'A random id, made at the first start; says nothing of the machine' }),
    version: Type.String({ description: 'Of Spider' }),
    sentAt: Type.String({ description: 'ISO 8601' }),
    hours: Type.Array(
      Type.Object({
        hour: Type.String({ description: 'When it began, ISO 8601, UTC' }),
        cpu: Type.Record(Type.String({ maxLength: 60 }), Type.Integer(), {
          description: 'CPU used in it so far, ms, by function or kind of agent; only `all` when anonymised',
        }),
      }),
      { maxItems: 20_000, description: 'Hours that may have changed; the same hour again replaces what was sent of it' },
    ),
  },
  { title: 'Usage statistics' },
)
export type UsageStatistics = Static<typeof UsageStatistics>
