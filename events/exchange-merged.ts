import { type Static, Type } from 'typebox'
import { defineEvent, json } from './define.ts'
import { ExchangeDocument } from './documents/exchange.ts'
import { exampleExchange } from './exchange-parsed.ts'

const ExchangesMerged = Type.Object({ exchanges: Type.Array(ExchangeDocument) })
export type ExchangesMerged = Static<typeof ExchangesMerged>

/** Calls are in the store, each once, whatever number of agents saw them. No function publishes it before another wants it: each call would be sent once more for nobody. */
export const exchangeMerged = defineEvent<typeof ExchangesMerged, ExchangesMerged>({
  type: 'exchange.merged.v1',
  summary: 'Calls were stored, those seen by several agents as one',
  schema: ExchangesMerged,
  codec: json<ExchangesMerged>(),
  example: { exchanges: [exampleExchange] },
})
