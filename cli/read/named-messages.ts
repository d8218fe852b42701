import type { Schemas } from '#adapters/schemas/port.ts'
import { grpcMessages } from '#engines/grpc/named.ts'
import { headerOf } from '#engines/http/change.ts'
import type { Codecs, HttpExchange, HttpMessage } from '#engines/http/facts.ts'

/** Makes the kept bodies of gRPC calls whose method is in the schemas into text: their messages with names of fields. Others stay as they are. */
export const namingMessages = (schemas: Schemas, codecs: Codecs) => {
  const known = new Set(schemas.methods)
  const named = <M extends HttpMessage>(message: M | undefined, method: string, direction: 'request' | 'response'): M | undefined => {
    const content = message?.body.content
    if (message === undefined || content === undefined) return message
    const [type, coding] = [headerOf(message.headers, 'content-type'), headerOf(message.headers, 'grpc-encoding')]
    const text = grpcMessages(content, { method, direction, type, coding }, schemas, codecs)
    return text === undefined ? message : { ...message, body: { ...message.body, content: Buffer.from(text) } }
  }
  return (exchange: HttpExchange): HttpExchange => {
    const method = exchange.request?.target ?? ''
    if (!known.has(method)) return exchange
    return { ...exchange, request: named(exchange.request, method, 'request'), response: named(exchange.response, method, 'response') }
  }
}
