import { fromUtf8 } from '../bytes/text.ts'
import type { HttpBody, HttpExchange, HttpMessage } from '../http/facts.ts'
import { type Micros, micros } from '../time.ts'
import { FROM_HAR, NO_ANSWER_RECORDED, WIRE_SIZE_UNKNOWN } from './findings.ts'

/** What the reader needs of the runtime, handed in so that it stays pure. */
export interface HarHost {
  /** Lower-case hex of the SHA-256. */
  sha256(bytes: Uint8Array): string
  base64(text: string): Uint8Array
  /** ms since 1970 of an ISO 8601 time; NaN: it is none. */
  time(text: string): number
  /** Bytes kept of a body. */
  keepBody: number
}

/** A call of an archive, and what the archive says of its connection. */
export interface HarCall {
  exchange: HttpExchange
  start: Micros
  end: Micros
  transport: 'tcp' | 'udp'
  host: string
  port: number
  /** Of the server; empty: the archive does not say. */
  ip: string
  /** Tells connections of one archive; empty: the archive does not say. */
  connection: string
}

type Json = { readonly [name: string]: unknown }

/** Reads an entry of an HTTP Archive 1.2. Answers what it lacks, where it is none. */
export function readEntry(entry: unknown, host: HarHost): HarCall | string {
  const { startedDateTime, request, response, timings, serverIPAddress, connection } = objectOf(entry)
  const asked = objectOf(request)
  const began = host.time(textOf(startedDateTime))
  if (Number.isNaN(began)) return 'startedDateTime is no time'
  const method = textOf(asked.method)
  if (method === '') return 'request.method is missing'
  const url = /^(https?|wss?):\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]+)(?::(\d{1,5}))?[^#]*/i.exec(textOf(asked.url))
  if (!url) return 'request.url is no URL of HTTP'
  const answer = objectOf(response)
  const status = numberOf(answer.status)
  const took = (name: string): number => Math.round(Math.max(0, numberOf(objectOf(timings)[name])) * 1000)
  const first = Math.round(began * 1000) + took('blocked') + took('dns') + took('connect')
  const sent = first + took('send')
  const answered = sent + took('wait')
  const end = answered + took('receive')
  const sizes = [wireSize(asked), wireSize(answer)]
  const isAnswered = status >= 100 && status <= 999
  const version = versionOf(textOf(answer.httpVersion) || textOf(asked.httpVersion))
  const exchange: HttpExchange = {
    position: 0,
    request: { method, target: url[0], ...messageOf(asked, version, sizes[0], requestBody(asked, host), first, sent) },
    response: isAnswered
      ? { status, reason: textOf(answer.statusText), ...messageOf(answer, version, sizes[1], responseBody(answer, host), answered, end) }
      : undefined,
    interim: [],
    status: isAnswered ? 'complete' : 'incomplete',
    missing: [],
    findings: [
      FROM_HAR,
      ...(sizes[0] === undefined || (isAnswered && sizes[1] === undefined) ? [WIRE_SIZE_UNKNOWN] : []),
      ...(isAnswered ? [] : [NO_ANSWER_RECORDED]),
    ],
    error: undefined,
    upgrade: undefined,
    secure: /^(https|wss)$/i.test(url[1]),
  }
  return {
    exchange,
    start: micros(first),
    end: micros(isAnswered ? end : sent),
    transport: version === '3' ? 'udp' : 'tcp',
    host: url[2],
    port: url[3] === undefined ? (exchange.secure ? 443 : 80) : Number(url[3]),
    ip: addressOf(textOf(serverIPAddress)),
    connection: textOf(connection) || String(connection ?? ''),
  }
}

const messageOf = (
  message: Json,
  version: string,
  wireBytes: number | undefined,
  body: HttpBody,
  first: number,
  last: number,
): HttpMessage => ({
  version,
  headers: listOf(message.headers).flatMap((header) => [textOf(objectOf(header).name), textOf(objectOf(header).value)]),
  trailers: [],
  wireBytes: wireBytes ?? 0,
  bodyWireBytes: Math.max(0, numberOf(message.bodySize)),
  body,
  first: micros(first),
  last: micros(last),
  complete: true,
})

/** Head and body on the wire; -1 is the format's own "not known". Chrome and Edge say it in a field of their own. */
function wireSize({ headersSize, bodySize, _transferSize }: Json): number | undefined {
  const [head, body, both] = [numberOf(headersSize), numberOf(bodySize), numberOf(_transferSize)]
  if (head >= 0 && body >= 0) return head + body
  return both >= 0 ? both : undefined
}

function responseBody({ content }: Json, host: HarHost): HttpBody {
  const { text, encoding, size } = objectOf(content)
  return bodyOf(text, textOf(encoding) === 'base64', numberOf(size), host)
}

/** A form may lie there as its parameters alone. */
function requestBody({ postData, bodySize }: Json, host: HarHost): HttpBody {
  const { text, params, mimeType, encoding, comment } = objectOf(postData)
  const form = textOf(mimeType).startsWith('application/x-www-form-urlencoded') ? formOf(listOf(params)) : undefined
  // Archives that Spider writes say it in the comment: the format has no place for it.
  const isBase64 = textOf(encoding) === 'base64' || textOf(comment) === 'text is base64'
  return bodyOf(textOf(text) === '' ? form : text, isBase64, text === undefined ? numberOf(bodySize) : -1, host)
}

const formOf = (params: readonly unknown[]): string | undefined =>
  params.length === 0
    ? undefined
    : params
        .map((param) => `${encodeURIComponent(textOf(objectOf(param).name))}=${encodeURIComponent(textOf(objectOf(param).value))}`)
        .join('&')

/** @param size of the whole body, of which the text may be the beginning; below 0: not known. */
function bodyOf(text: unknown, isBase64: boolean, size: number, { sha256, base64, keepBody }: HarHost): HttpBody {
  const nothing = { sha256: undefined, content: undefined, truncated: false, undecoded: undefined }
  if (typeof text !== 'string' || text === '')
    return { ...nothing, bytes: Math.max(0, size), sha256: size === 0 ? sha256(new Uint8Array(0)) : undefined }
  const whole = isBase64 ? base64(text) : fromUtf8(text)
  const bytes = Math.max(size, whole.length)
  return {
    ...nothing,
    bytes,
    sha256: bytes === whole.length ? sha256(whole) : undefined,
    ...(keepBody > 0 && { content: whole.slice(0, keepBody), truncated: bytes > Math.min(whole.length, keepBody) }),
  }
}

/** As documents have it: `1.1`, `2`. */
function versionOf(text: string): string {
  const version = text.toLowerCase().replace(/^h(ttp\/)?/, '')
  return { '2.0': '2', '3.0': '3' }[version] ?? (/^[0-9.]{1,4}$/.test(version) ? version : 'unknown')
}

/** Chrome has IPv6 in brackets. */
const addressOf = (text: string): string => {
  const ip = text.replace(/^\[|\]$/g, '').toLowerCase()
  return /^\d{1,3}(\.\d{1,3}){3}$|^[0-9a-f:.]*:[0-9a-f:.]*$/.test(ip) ? ip : ''
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {})
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
/** -1: it is no number. */
const numberOf = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(value, Number.MAX_SAFE_INTEGER) : -1
