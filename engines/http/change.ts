import type { HttpExchange, HttpRequest } from './facts.ts'

/** What request and response said of the protocol that follows them: as HTTP/2 names the parts of a request, else the header's name in lower case. */
export type Agreed = Readonly<Record<string, string>>

/** Headers that the next protocol has use for: of the request (RFC 7540 section 3.2.1), of the response (RFC 6455 section 4.2.2). */
const OF_REQUEST = ['host', 'http2-settings', 'sec-websocket-version']
const OF_RESPONSE = ['sec-websocket-extensions', 'sec-websocket-protocol']

/** CONNECT asks for a tunnel (RFC 9110 section 9.3.6), Upgrade for another protocol (section 7.8). */
export const asksToChange = (request: HttpRequest | undefined): boolean =>
  request !== undefined && (request.method === 'CONNECT' || headerOf(request.headers, 'upgrade') !== undefined)

/** Of an exchange after which the connection speaks something else. */
export const agreementOf = ({ position, request, response, upgrade }: HttpExchange): Agreed => {
  const agreed: Record<string, string> = { upgrade: upgrade! }
  if (request !== undefined) {
    agreed[':method'] = request.method
    agreed[':path'] = request.target
    agreed.position = String(position)
  }
  for (const [headers, names] of [[request?.headers, OF_REQUEST] as const, [response?.headers, OF_RESPONSE] as const]) {
    for (const name of names) {
      const value = headerOf(headers ?? [], name)
      if (value !== undefined) agreed[name] = value
    }
  }
  return agreed
}

/** The name of the protocol that follows; undefined where its bytes must tell, as in a tunnel. */
export const protocolOf = ({ upgrade }: Agreed): string | undefined =>
  upgrade === 'tunnel' || upgrade === 'unknown' ? undefined : upgrade.split(',', 1)[0].trim().toLowerCase()

/** Repeated headers are one list (RFC 9110 section 5.3). */
export const headerOf = (headers: readonly string[], wanted: string): string | undefined => {
  const values: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i].length === wanted.length && headers[i].toLowerCase() === wanted) values.push(headers[i + 1])
  return values.length > 0 ? values.join(', ') : undefined
}
