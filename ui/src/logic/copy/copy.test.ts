import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { toCurl } from './curl.ts'
import { toHttpie } from './httpie.ts'
import { toRaw } from './raw.ts'
import { sent, toBase64 } from './request.ts'
import { toFetch, toK6 } from './script.ts'

interface Came {
  method: string
  target: string
  headers: [string, string][]
  body: Buffer
}

let server: Server
let origin: string
let came: Came[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const headers: [string, string][] = []
      for (let i = 0; i < request.rawHeaders.length; i += 2) headers.push([request.rawHeaders[i].toLowerCase(), request.rawHeaders[i + 1]])
      came.push({ method: request.method!, target: request.url!, headers, body: Buffer.concat(chunks) })
      response.end('ok')
    })
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
beforeEach(() => {
  came = []
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

type Given = { method?: string; target?: string; headers?: [string, string][]; text?: string; bytes?: Uint8Array }

function call({ method = 'POST', target = '/a', headers = [], text, bytes }: Given): ExchangeDocument {
  const content = bytes ? toBase64(bytes) : text
  const length = bytes?.length ?? Buffer.byteLength(text ?? '')
  return {
    '@timestamp': '2026-01-01T00:00:00.000000Z',
    event: { id: 'e1', start: '', end: '', duration: 0 },
    client: { ip: '10.0.0.1', port: 1 },
    server: { ip: '10.0.0.2', port: 80 },
    network: { protocol: 'http', transport: 'tcp' },
    http: {
      version: '1.1',
      request: {
        method,
        bytes: 1,
        headers: [['Host', new URL(origin).host], ...headers],
        body: { bytes: length, ...(content !== undefined && { content, encoding: bytes ? 'base64' : 'utf-8' }) },
      },
    },
    url: { original: target, full: origin + target, scheme: 'http', path: target },
    spider: { team: 't', agents: [], session: { id: 's' }, status: 'complete', missing: [], time: {} },
  }
}

/** A command as it is pasted: the shell reads it from its input. */
const shell = (command: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = execFile('/bin/sh', (error, _out, said) => (error ? reject(new Error(said)) : resolve()))
    child.stdin!.end(`${command}\n`)
  })

/** Runs a script of k6 in Node, with k6's modules as they are documented to behave. */
async function k6(script: string): Promise<void> {
  const body = script.replaceAll(/^import .*\n/gm, '').replace('export default function ()', 'return function ()')
  const calls: Promise<unknown>[] = []
  const http = {
    request: (method: string, url: string, content: BodyInit | null, { headers }: { headers: Record<string, string> }) => {
      calls.push(fetch(url, { method, headers, body: typeof content === 'string' ? new TextEncoder().encode(content) : content }))
      return { status: 200 }
    },
  }
  const encoding = { b64decode: (text: string) => Uint8Array.from(Buffer.from(text, 'base64')).buffer }
  new Function('http', 'encoding', 'check', body)(http, encoding, () => true)()
  await Promise.all(calls)
}

function raw(document: ExchangeDocument): Promise<void> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const socket = connect(port, '127.0.0.1', () => socket.write(toRaw(document)!))
    socket.once('data', () => socket.end())
    socket.once('close', () => resolve()).once('error', reject)
  })
}

const AsyncFunction = Object.getPrototypeOf(async () => {}).constructor as FunctionConstructor
const hasHttpie = spawnSync('http', ['--version']).status === 0
const TOOLS: Record<string, (document: ExchangeDocument) => Promise<void>> = {
  curl: (document) => shell(`${toCurl(sent(document)!)}`),
  ...(hasHttpie && { HTTPie: (document: ExchangeDocument) => shell(toHttpie(sent(document)!)) }),
  fetch: (document) => new AsyncFunction(toFetch(sent(document)!))() as unknown as Promise<void>,
  k6: (document) => k6(toK6(sent(document)!, 200)),
  raw,
}
if (!hasHttpie) console.error('copy: the snippets of HTTPie are not run: it is not on this machine')

const every = Uint8Array.from({ length: 256 * 3 }, (_, i) => (i * 7) & 255)
const CASES: [string, Given][] = [
  ['plain text', { headers: [['Content-Type', 'text/plain']], text: 'hello' }],
  [
    'quotes, dollars and backslashes',
    {
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-It', `it's "$HOME" \`id\` !x \\n`],
      ],
      text: `it's "$HOME" \`id\` $(id) !! \\ %s %% \\n`,
    },
  ],
  ['line ends and tabs', { headers: [['Content-Type', 'text/plain']], text: '\r\n a\tb\n\nend\n' }],
  ['what begins like a file', { headers: [['Content-Type', 'text/plain']], text: '@/etc/passwd' }],
  [
    'a value that begins like something else',
    {
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-A', '=1'],
        ['X-B', '@/etc/hostname'],
        ['X-C', ':x'],
      ],
      text: '{}',
    },
  ],
  ['any characters', { headers: [['Content-Type', 'application/json; charset=utf-8']], text: '{"é":"日本 🎉\u2028\u0001"}' }],
  ['without a media type', { text: 'a=1' }],
  ['binary', { headers: [['Content-Type', 'application/octet-stream']], bytes: every }],
  ['text with a NUL', { headers: [['Content-Type', 'text/plain']], text: 'a\0b' }],
  ['a body longer than an argument may be', { headers: [['Content-Type', 'text/plain']], text: "it's long ".repeat(30_000) }],
  [
    'an empty header',
    {
      headers: [
        ['Content-Type', 'text/plain'],
        ['X-Empty', ''],
      ],
      text: 'x',
    },
  ],
  ['a query with brackets and quotes', { target: "/a%20b?x[]=1&y={z}&q='%22$1", headers: [['Content-Type', 'text/plain']], text: 'x' }],
  ['another method', { method: 'PATCH', headers: [['Content-Type', 'text/plain']], text: 'x' }],
  [
    'no body',
    {
      method: 'DELETE',
      headers: [
        ['Accept', 'text/html'],
        ['Cookie', 'a=b; c="d e"'],
      ],
    },
  ],
  ['GET', { method: 'GET', headers: [['User-Agent', 'it (me; 1.0)']] }],
]

describe.each(Object.entries(TOOLS))('%s sends again', (tool, run) => {
  it.each(CASES)('%s', async (_, given) => {
    const document = call(given)
    await run(document)
    expect(came).toHaveLength(1)
    const [{ method, target, headers, body }] = came
    // fetch escapes a single quote in a query, HTTPie brackets: the same target in other letters.
    const plain = (text: string) => (tool === 'curl' || tool === 'raw' ? text : decodeURIComponent(text))
    expect([method, plain(target)]).toEqual([given.method ?? 'POST', plain(given.target ?? '/a')])
    expect(body.equals(given.bytes ?? Buffer.from(given.text ?? ''))).toBe(true)
    for (const [name, value] of given.headers ?? []) expect(headers).toContainEqual([name.toLowerCase(), value])
    const typed = given.headers?.some(([name]) => name === 'Content-Type')
    if (!typed) expect(headers.filter(([name]) => name === 'content-type')).toEqual([])
  })
})

describe('what cannot be written down', () => {
  it('is said', () => {
    const document = call({ headers: [['Content-Encoding', 'gzip']], text: 'x' })
    document.http!.request!.body.truncated = true
    expect(sent(document)!.notes).toEqual([
      'the body was sent with a content coding, and is sent as it is here',
      'only the beginning of the body was kept',
    ])
    expect(toCurl(sent(document)!)).toMatch(/^# the body was sent/)
    delete document.http!.request!.body.content
    expect(sent(document)!.notes).toContain('the body was not kept')
    expect(toFetch(sent(call({ method: 'GET', text: 'x' }))!)).toMatch(/^\/\/ fetch sends no body with GET/)
    expect(sent({ ...document, http: undefined })).toBeUndefined()
  })

  it('names the host when the address has another', () => {
    const document = call({ method: 'GET' })
    document.http!.request!.headers = [['Host', 'shop.test']]
    expect(toCurl(sent(document)!)).toContain("-H 'Host: shop.test'")
  })

  it('is a command that a shell parses', () => {
    for (const [, given] of CASES)
      for (const write of [toCurl, toHttpie]) execFileSync('/bin/sh', ['-n'], { input: write(sent(call(given))!) })
  })
})
