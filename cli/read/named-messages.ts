import type { Schemas } from '#adapters/schemas/port.ts'
import { isGrpc, isGrpcText } from '#engines/grpc/grpc.ts'
import { grpcText, type Named } from '#engines/grpc/text.ts'
import { fromBase64 } from '#engines/grpc/web.ts'
import { headerOf } from '#engines/http/change.ts'
import type { Codecs, HttpExchange, HttpMessage } from '#engines/http/facts.ts'

/** What a compressed message may expand to, in bytes. */
const LARGEST = 4 * 1024 * 1024

/** Makes the kept bodies of gRPC calls whose method is in the schemas into text: their messages with names of fields. Others stay as they are. */
export const namingMessages = (schemas: Schemas, codecs: Codecs) => {
  const known = new Set(schemas.methods)
  const named = <M extends HttpMessage>(message: M | undefined, method: string, direction: 'request' | 'response'): M | undefined => {
    const content = message?.body.content
    const type = headerOf(message?.headers ?? [], 'content-type')
    if (message === undefined || content === undefined || !isGrpc(type)) return message
    const coding = headerOf(message.headers, 'grpc-encoding')
    const name: Named = (bytes, compressed) => {
      const plain = compressed ? undone(codecs, coding, bytes) : bytes
      return plain && schemas.message(method, direction, plain)
    }
    const text = grpcText(isGrpcText(type) ? fromBase64(Buffer.from(content).toString('latin1')) : content, name)
    return text === undefined ? message : { ...message, body: { ...message.body, content: Buffer.from(text) } }
  }
  return (exchange: HttpExchange): HttpExchange => {
    const method = exchange.request?.target ?? ''
    if (!known.has(method)) return exchange
    return { ...exchange, request: named(exchange.request, method, 'request'), response: named(exchange.response, method, 'response') }
  }
}

/** Undefined: it cannot be undone. */
const undone = (codecs: Codecs, coding: string | undefined, bytes: Uint8Array): Uint8Array | undefined => {
  try {
    return codecs.decoder(coding ?? '')?.(bytes, LARGEST)
  } catch {
    return undefined
  }
}
