import type { HttpMessage, HttpRequest, HttpResponse } from '../http/facts.ts'
import type { Micros } from '../time.ts'

const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
/** Stands for a method or a path that nobody saw, as in a header list for a header. */
const NOT_KNOWN = '?'
/** Section 8.2.2: what is said of a connection has no place in HTTP/2. */
const OF_CONNECTION: ReadonlySet<string> = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** What of a header list decides how its message is read. */
export interface Head {
  headers: string[]
  method: string | undefined
  path: string | undefined
  authority: string | undefined
  /** Extended CONNECT (RFC 8441). */
  protocol: string | undefined
  /** 0: not known. */
  status: number
  /** -1: not said. */
  length: number
  /** Content codings, the outermost first. */
  codings: readonly string[]
  type: string | undefined
  /** Codes of what RFC 9113 section 8.2 and 8.3 forbid. */
  findings: string[]
}

export const readHead = (headers: string[]): Head => {
  const head: Head = {
    ...{ headers, method: undefined, path: undefined, authority: undefined, protocol: undefined, status: 0, length: -1 },
    ...{ codings: NONE, type: undefined, findings: [] },
  }
  let regular = false
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    if (name.charCodeAt(0) === 58) {
      if (regular) note(head.findings, 'pseudo-header-after-header')
      weighPseudo(head, name, headers[i + 1])
    } else {
      regular = true
      weigh(head, name, headers[i + 1])
    }
  }
  return head
}

const weighPseudo = (head: Head, name: string, value: string): void => {
  if (name === ':method') head.method ??= value
  else if (name === ':path') head.path ??= value
  else if (name === ':authority') head.authority ??= value
  else if (name === ':status') head.status = /^[1-9]\d\d$/.test(value) ? Number(value) : 0
  else if (name === ':protocol') head.protocol ??= value
  else if (name !== ':scheme') note(head.findings, 'unknown-pseudo-header')
}

const weigh = (head: Head, name: string, value: string): void => {
  if (name === 'content-length') {
    if (/^\d{1,15}$/.test(value)) head.length = Number(value)
    else note(head.findings, 'bad-content-length')
  } else if (name === 'content-encoding') head.codings = codingsOf(value).reverse().concat(head.codings)
  else if (name === 'content-type') head.type ??= value
  else if (OF_CONNECTION.has(name)) note(head.findings, 'connection-header')
  else if (UPPER_CASE.test(name)) note(head.findings, 'upper-case-header')
}
const UPPER_CASE = /[A-Z]/
const NONE: readonly string[] = []

const codingsOf = (value: string): string[] =>
  value
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')

/** A message that begins with this list. Its body is nothing until it is finished. */
const newMessage = (headers: string[], first: Micros, last: Micros, wireBytes: number): HttpMessage => ({
  version: '2',
  headers,
  trailers: [],
  wireBytes,
  bodyWireBytes: 0,
  body: { bytes: 0, sha256: EMPTY, content: undefined, truncated: false, undecoded: undefined },
  first,
  last,
  complete: false,
})

export const newRequest = (head: Head, first: Micros, last: Micros, wireBytes: number): HttpRequest => {
  const { method = NOT_KNOWN, path, authority, headers } = head
  const target = path ?? (method === 'CONNECT' ? (authority ?? NOT_KNOWN) : NOT_KNOWN)
  return { ...newMessage(headers, first, last, wireBytes), method, target }
}

export const newResponse = (head: Head, first: Micros, last: Micros, wireBytes: number): HttpResponse => ({
  ...newMessage(head.headers, first, last, wireBytes),
  status: head.status,
  reason: '',
})

export const note = (findings: string[], finding: string): void => {
  if (!findings.includes(finding)) findings.push(finding)
}
