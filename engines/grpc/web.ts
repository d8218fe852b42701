import { fromLatin1, latin1 } from '../bytes/text.ts'
import type { HttpExchange, HttpMessage } from '../http/facts.ts'
import type { Message } from '../protocols/call.ts'
import { describeGrpc, headerOf, isGrpc, isGrpcText } from './grpc.ts'
import { PrefixedMessages } from './messages.ts'

/**
 * gRPC-Web where the body was not looked at while it passed: over HTTP/1, and in base64. Its messages get the time of the body's last
 * byte; of a body that was not kept whole there are none.
 */
export const describeGrpcWeb = (exchange: HttpExchange): void => {
  const { request, response } = exchange
  if (request?.method !== 'POST' || !isGrpc(typeOf(request))) return
  const found: Message[] = []
  messagesOf(request, 'request', found)
  const trailers = response && messagesOf(response, 'response', found)
  if (found.length > 0) exchange.messages = found
  describeGrpc(exchange, trailers)
}

const typeOf = (message: HttpMessage): string | undefined => headerOf(message.headers, 'content-type')

/** Answers the trailers in it. */
const messagesOf = (message: HttpMessage, direction: Message['direction'], found: Message[]): string | undefined => {
  const { content, truncated } = message.body
  if (content === undefined || truncated) return undefined
  const bytes = isGrpcText(typeOf(message)) ? fromBase64(latin1(content, 0, content.length)) : content
  const messages = new PrefixedMessages()
  messages.add(bytes, 0, bytes.length, direction, message.last, found)
  return messages.trailers
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 that may be put together from several pieces, each with its padding. */
export const fromBase64 = (text: string): Uint8Array => {
  let out = ''
  let bits = 0
  let held = 0
  for (const character of text) {
    const value = ALPHABET.indexOf(character)
    if (value < 0) {
      held = 0
      bits = 0
      continue
    }
    bits = ((bits << 6) | value) & 0xffffff
    held += 6
    if (held < 8) continue
    held -= 8
    out += String.fromCharCode((bits >> held) & 0xff)
  }
  return fromLatin1(out)
}
