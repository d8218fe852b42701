import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { bytesOf, sent } from './request.ts'

/**
 * The request as an HTTP/1.1 message: line, headers as they were sent, body. Where the body was chunked or coded it stands decoded,
 * and `content-length` says how long it is. Undefined when the request was not captured.
 */
export function toRaw(call: ExchangeDocument): Uint8Array<ArrayBuffer> | undefined {
  const request = call.http?.request
  const written = sent(call)
  if (!request || !written || !call.url) return undefined
  const { body } = written
  const decoded = body !== undefined && !request.body.undecoded
  const headers = request.headers
    .filter(([name]) => {
      const lower = name.toLowerCase()
      return !lower.startsWith(':') && lower !== 'transfer-encoding' && !(decoded && ['content-length', 'content-encoding'].includes(lower))
    })
    .map(([name, value]) => `${name}: ${value}`)
  if (!request.headers.some(([name]) => name.toLowerCase() === 'host')) headers.unshift(`Host: ${new URL(call.url.full).host}`)
  if (decoded) headers.push(`Content-Length: ${body.length}`)
  const head = new TextEncoder().encode(`${[`${request.method} ${call.url.original} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\n`)
  const content = body ? bytesOf(body) : new Uint8Array(0)
  const message = new Uint8Array(head.length + content.length)
  message.set(head)
  message.set(content, head.length)
  return message
}
