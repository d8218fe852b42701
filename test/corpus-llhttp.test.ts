import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { HttpMessage, HttpRequest, HttpResponse } from '#engines/http/facts.ts'
import { play } from '#engines/http/script.case.ts'

const CASES = new URL('../../shared/corpus/files/llhttp/', import.meta.url)
const there = existsSync(CASES)
if (!there) console.log('corpus-llhttp.test.ts: skipped, ../shared/corpus is not there')

interface Case {
  name: string
  side: 'request' | 'response'
  input: string
  log: string
}

const unescaped = (text: string): string =>
  text
    .replace(/\\r/g, '\r')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t')
    .replace(/\\f/g, '\f')
    .replace(/\\x([0-9a-fA-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** The input as llhttp's own runner reads it: line ends are CR LF, those behind a backslash do not count, and there are escapes. */
const wireOf = (block: string): string => unescaped(block.replace(/\n$/, '').replace(/\\\n/g, '').replace(/\n/g, '\r\n'))

const read = (side: 'request' | 'response'): Case[] =>
  readdirSync(new URL(`${side}/`, CASES)).flatMap((file) => {
    const text = readFileSync(new URL(`${side}/${file}`, CASES), 'utf8')
    const cases: Case[] = []
    for (const found of text.matchAll(/^#+ ([^\n]*)\n(?:(?!^#+ ).)*?```http\n((?:(?!```).)*)```[^`]*?```log\n(.*?)```/gms))
      cases.push({ name: `${side}/${file}: ${found[1]}`, side, input: wireOf(found[2]), log: found[3] })
    return cases
  })

/** Messages that the log says are complete: method and target or status, headers, body. Spans of one kind in a row belong together. */
const theirs = ({ side, log }: Case): string[] => {
  const messages: string[] = []
  let parts: Record<string, string> = {}
  let headers: string[] = []
  let trailing = false
  for (const [, kind, text, event] of log.matchAll(/^off=\d+ (?:len=\d+ span\[(\w+)\]="(.*)"|(.*))$/gm)) {
    if (event?.endsWith('span[body]=lf')) parts.body = `${parts.body ?? ''}\n`
    else if (event === 'message begin') [parts, headers, trailing] = [{}, [], false]
    else if (event === 'message complete') {
      const first = side === 'request' ? `${parts.method} ${parts.url}` : parts.code
      messages.push([first, ...headers, `"${parts.body ?? ''}"`].join(' | '))
    } else if (event?.startsWith('headers complete')) {
      trailing = true
      parts.code = /status=(\d+)/.exec(event)?.[1] ?? ''
    } else if (event === 'header_value complete' && !trailing) {
      headers.push(`${parts.header_field}: ${(parts.header_value ?? '').trim()}`)
      parts.header_field = parts.header_value = ''
    } else if (kind !== undefined) parts[kind] = (parts[kind] ?? '') + unescaped(text)
  }
  return messages
}

const ours = ({ side, input }: Case): string[] => {
  const exchanges = play([side === 'request' ? { client: input } : { server: input }], { limits: { keepBody: 10_000 } })
  const messages = exchanges.flatMap<HttpMessage>(({ request, response }) => [request, response].filter((one) => one !== undefined))
  return messages
    .filter((message) => message.complete)
    .map((message) => {
      const first =
        side === 'request' ? `${(message as HttpRequest).method} ${(message as HttpRequest).target}` : `${(message as HttpResponse).status}`
      const headers: string[] = []
      for (let i = 0; i < message.headers.length; i += 2) headers.push(`${message.headers[i]}: ${message.headers[i + 1]}`)
      return [first, ...headers, `"${message.body.content ? Buffer.from(message.body.content).toString('latin1') : ''}"`].join(' | ')
    })
}

/** Cases in which we read other messages than llhttp, and why. It is a party to the conversation and may refuse; we watch, and go on where others might. */
const explained: Record<string, string> = {
  'request/connection.md: Multiple tokens with folding, LWS, and CRLF': 'folded lines are joined by one space; llhttp gives them as sent',
  'request/sample.md: Line folding in header value with CRLF': 'folded lines are joined by one space; llhttp gives them as sent',
  'request/sample.md: X-SSL-Nonsense': 'folded lines are joined by one space; llhttp gives them as sent',
  'request/connection.md: Invalid whitespace token with `Connection` header field (lenient)':
    'a name is given without the space before the colon, and that is a finding',
  'request/content-length.md: Invalid whitespace token with `Content-Length` header field (lenient)':
    'a name is given without the space before the colon, and that is a finding',
  'request/content-length.md: Content-Length reset when no body is received': 'llhttp was told to skip bodies',
  'response/content-length.md: Content-Length reset when no body is received': 'llhttp was told to skip bodies',
  'request/content-length.md: Missing CRLF-CRLF before body (lenient)': 'read as a lenient receiver would; we read it as RFC 9112 says',
  'request/invalid.md: Headers separated by dummy characters (lenient)': 'read as a lenient receiver would; we read it as RFC 9112 says',
  'request/lenient-headers.md: Empty headers separated by CR (lenient)':
    'a CR alone is part of the value, and a finding: the header behind it does not exist',
  'request/lenient-headers.md: Header value (lenient)': 'a form feed is part of the value, and a finding',
  'request/lenient-headers.md: Second request header value (lenient)': 'a form feed is part of the value, and a finding',
  'request/lenient-version.md: Invalid HTTP version (lenient)': 'version 5.6 is not HTTP/1',
  'request/sample.md: No HTTP version': 'HTTP/0.9 is malformed here',
  'request/method.md: CONNECT with body': 'llhttp stops at the end of the head; the body has a length, and we read it',
  'request/method.md: SOURCE request with ICE': 'ICE and RTSP are not HTTP',
  'request/method.md: OPTIONS request with RTSP': 'ICE and RTSP are not HTTP',
  'request/method.md: ANNOUNCE request with RTSP': 'ICE and RTSP are not HTTP',
  'request/transfer-encoding.md: POST with `Transfer-Encoding` and `Content-Length` (lenient)':
    'identity is no coding, so the length counts',
  'request/transfer-encoding.md: Chunk header not terminated by CRLF (lenient)':
    'read as a lenient receiver would; we read it as RFC 9112 says',
  'response/connection.md: HTTP 100 first, then 400': 'interim answers are part of their exchange, not messages of their own',
  'response/connection.md: HTTP 103 first, then 200': 'interim answers are part of their exchange, not messages of their own',
  'response/invalid.md: Bare CR after response line (lenient)': 'read as a lenient receiver would; we read it as RFC 9112 says',
}

describe.skipIf(!there)('the cases of llhttp', () => {
  const cases = there ? [...read('request'), ...read('response')] : []

  it('are many', () => expect(cases.length).toBeGreaterThan(there ? 200 : -1))

  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const [all, expected] = [ours(one), theirs(one)]
    // Where llhttp refuses, we have to have read what it read before, and may go on.
    const read = one.log.includes(' error code=') ? all.slice(0, expected.length) : all
    if (explained[one.name] === undefined) expect(read).toEqual(expected)
    else expect(read, 'no difference any more').not.toEqual(expected)
  })
})
