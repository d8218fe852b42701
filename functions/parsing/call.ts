import type { Call, Part } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { iso } from '../lane/time.ts'
import { bodyOf, type DocumentContext, endpointOf, errorMessage, eventOf, given, spiderOf, startOf, withFields } from './parts.ts'

const errorOf = ({ error, protocol }: Call): ExchangeDocument['error'] =>
  error && { code: error.code, message: errorMessage(error, protocol) }

/** The document of a call of any protocol but HTTP, which has its own (`http/document.ts`). What the protocol says of it lies at the top. */
export const toCallDocument = (call: Call, connection: Connection, context: DocumentContext): ExchangeDocument => {
  const part = (part: Part | undefined) =>
    part && {
      ...given({ mime_type: part.mimeType }),
      bytes: part.wireBytes,
      ...given({ body: part.body && bodyOf(part.body, context.reference?.(part.body)) }),
    }
  return withFields(
    {
      '@timestamp': iso(startOf(call, connection)),
      event: eventOf(call, connection, call.action, call.outcome),
      client: endpointOf(connection.client, context),
      server: endpointOf(connection.server, context),
      network: { protocol: call.protocol, transport: connection.transport },
      ...given({ error: errorOf(call) }),
      spider: {
        ...spiderOf(call, connection, context),
        ...given({ request: part(call.request), response: part(call.response) }),
      },
    },
    call.fields,
  )
}
