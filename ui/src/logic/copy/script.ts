import type { Header } from '../headers.ts'
import { type Body, headerOf, noted, type Sent } from './request.ts'

/** The request as a call of `fetch`. In a page, the browser puts its own in place of some headers (cookie, user-agent …). */
export function toFetch(sent: Sent): string {
  const { method, url, headers, body } = sent
  const allowed = method !== 'GET' && method !== 'HEAD'
  const notes = body && !allowed ? [...sent.notes, `fetch sends no body with ${method}: it is left out`] : sent.notes
  const options = [
    `method: ${literal(method)}`,
    `headers: [${lines(headers.map(([name, value]) => `[${literal(name)}, ${literal(value)}]`))}]`,
    "redirect: 'manual'",
    ...(body && allowed ? [`body: ${bodyOf(body, headerOf(sent, 'content-type') !== undefined)}`] : []),
  ]
  return noted({ ...sent, notes }, '//', `await fetch(${literal(url)}, {\n  ${options.join(',\n  ')},\n})`)
}

/** Text without a media type goes as bytes: fetch would add one. */
const bodyOf = ({ text, base64 }: Body, typed: boolean): string =>
  text === undefined
    ? `Uint8Array.from(atob(${literal(base64)}), (char) => char.charCodeAt(0))`
    : typed
      ? literal(text)
      : `new TextEncoder().encode(${literal(text)})`

/** The request as a script for k6 that sends it once a turn and checks the status that was captured. */
export function toK6(sent: Sent, status: number | undefined): string {
  const { method, url, headers, body } = sent
  const binary = body && body.text === undefined
  const imports = [
    ...(status ? ["import { check } from 'k6'"] : []),
    ...(binary ? ["import encoding from 'k6/encoding'"] : []),
    "import http from 'k6/http'",
  ]
  const content = body ? (binary ? `encoding.b64decode(${literal(body.base64)})` : literal(body.text!)) : 'null'
  const entries = joined(headers).map(([name, value]) => `${literal(name)}: ${literal(value)}`)
  const lines = [
    `  const response = http.request(${literal(method)}, ${literal(url)}, ${content}, {`,
    `    headers: {${entries.length ? `\n      ${entries.join(',\n      ')},\n    ` : ''}},`,
    '    redirects: 0,',
    '  })',
    ...(status ? [`  check(response, { 'status is ${status}': ({ status }) => status === ${status} })`] : ['  return response']),
  ]
  return noted(sent, '//', `${imports.join('\n')}\n\nexport default function () {\n${lines.join('\n')}\n}`)
}

/** A header that came several times is one whose values are in a row (RFC 9110, section 5.3); cookies are parted by semicolons. */
function joined(headers: Header[]): Header[] {
  const out = new Map<string, Header>()
  for (const [name, value] of headers) {
    const before = out.get(name.toLowerCase())
    if (before) before[1] += `${name.toLowerCase() === 'cookie' ? '; ' : ', '}${value}`
    else out.set(name.toLowerCase(), [name, value])
  }
  return [...out.values()]
}

const lines = (items: string[]): string => (items.length ? `\n    ${items.join(',\n    ')},\n  ` : '')
const literal = (text: string): string => JSON.stringify(text)
