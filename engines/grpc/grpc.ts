import { fromLatin1, utf8 } from '../bytes/text.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { Value } from '../protocols/call.ts'

/** `application/grpc`, `application/grpc-web`, `…-text`, each with `+proto` or another suffix; in any case. */
export const isGrpc = (type: string | undefined): boolean => type !== undefined && /^application\/grpc(?![a-z0-9])/i.test(type)
/** gRPC-Web in base64, for browsers that cannot read binary bodies as they come. */
export const isGrpcText = (type: string | undefined): boolean => type !== undefined && /^application\/grpc-web-text/i.test(type)

/** The codes of gRPC's status, by number. */
const STATUS =
  'OK CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS PERMISSION_DENIED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS UNAUTHENTICATED'.split(
    ' ',
  )
const LONGEST_MESSAGE = 4096

/** The value of the first header of this name, in any case. */
export const headerOf = (headers: readonly string[], name: string): string | undefined => {
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i].length === name.length && headers[i].toLowerCase() === name) return headers[i + 1]
  return undefined
}

/**
 * Says of an exchange what gRPC says of it (gRPC over HTTP/2, gRPC-Web), if it is one: `rpc` fields, outcome, action. `trailers`: those in
 * the body of a gRPC-Web answer.
 */
export const describeGrpc = (exchange: HttpExchange, trailers: string | undefined): void => {
  const { request, response } = exchange
  const type = headerOf(request?.headers ?? [], 'content-type') ?? headerOf(response?.headers ?? [], 'content-type')
  if (!isGrpc(type)) return
  const [, service, method] = /^\/?(.*)\/([^/?]*)/.exec(request?.target ?? '') ?? []
  const said = [...linesOf(trailers), ...(response?.trailers ?? []), ...(response?.headers ?? [])]
  const status = headerOf(said, 'grpc-status')
  const message = headerOf(said, 'grpc-message')
  const timeout = timeoutOf(headerOf(request?.headers ?? [], 'grpc-timeout'))
  const code = status !== undefined && /^\d{1,9}$/.test(status) ? Number(status) : undefined
  const grpc: { [name: string]: Value } = {}
  if (code !== undefined) {
    grpc.status_code = code
    if (STATUS[code] !== undefined) grpc.status = STATUS[code]
  }
  if (message) grpc.message = percentDecoded(message).slice(0, LONGEST_MESSAGE)
  if (timeout !== undefined) grpc.timeout = timeout
  const rpc: { [name: string]: Value } = { system: 'grpc' }
  if (service) rpc.service = service
  if (method) rpc.method = method
  if (Object.keys(grpc).length > 0) rpc.grpc = grpc
  exchange.fields = { ...exchange.fields, rpc }
  if (method) exchange.action = method
  if (service && method) exchange.summary = `${service}/${method}`.slice(0, 300)
  if (code !== undefined) exchange.outcome = code === 0 ? 'success' : 'failure'
}

/** `name: value` lines, as gRPC-Web has its trailers: name, value, …. */
const linesOf = (trailers: string | undefined): string[] =>
  (trailers ?? '').split(/\r?\n/).flatMap((line) => {
    const colon = line.indexOf(':')
    return colon < 1 ? [] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
  })

/** Percent-encoded UTF-8; what is not encoded as it should be stays as it is. */
const percentDecoded = (text: string): string => {
  const bytes = fromLatin1(text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))))
  return utf8(bytes, 0, bytes.length)
}

const UNITS: Readonly<Record<string, number>> = { H: 3600e9, M: 60e9, S: 1e9, m: 1e6, u: 1e3, n: 1 }

/** A deadline such as `100m`, in nanoseconds. */
const timeoutOf = (text: string | undefined): number | undefined => {
  const [, amount, unit] = /^(\d{1,8})([HMSmun])$/.exec(text ?? '') ?? []
  return amount === undefined ? undefined : Number(amount) * UNITS[unit]
}
