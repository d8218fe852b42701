import type { HttpBody } from '#engines/http/facts.ts'
import { type Found, isCall } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { toCallDocument } from './call.ts'
import { toDocument } from './http/document.ts'
import type { DocumentContext } from './parts.ts'

export const documentOf = (found: Found, connection: Connection, context: DocumentContext): ExchangeDocument =>
  isCall(found) ? toCallDocument(found, connection, context) : toDocument(found, connection, context)

/** A body of which something was kept. */
export type KeptBody = HttpBody & { content: Uint8Array }

/** The bodies of a call that have content, in a fixed order. */
export const bodiesOf = ({ request, response }: Found): KeptBody[] =>
  [request?.body, response?.body].filter((body): body is KeptBody => body?.content !== undefined && body.content.length > 0)
