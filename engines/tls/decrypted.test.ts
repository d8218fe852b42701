import { describe, expect, it } from 'vitest'
import type { HttpMessage } from '../http/facts.ts'
import { corpusBytes, corpusCaptures, corpusJson, corpusText, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import { callsOf, type Found } from '../protocols/calls.case.ts'
import { inShort, keyLogOf } from './play.case.ts'

interface Entry {
  path: string
  kind: string
  keylog?: string
  rsa_key?: string
}
interface Http1Message {
  kind: 'request' | 'response'
  method?: string
  uri?: string
  status?: number
  body_length?: number
  body_sha256?: string
}
interface Http2Half {
  headers: [string, string][]
  body_length?: number
  body_sha256?: string
}
interface Seen {
  http: Http1Message[]
  http2: { request?: Http2Half; response?: Http2Half }[]
  websocket: unknown[]
}

const entries = hasCorpus ? corpusJson<{ files: Entry[] }>('manifest.json').files.filter(({ kind }) => kind === 'capture') : []
const logged = entries.filter(({ keylog }) => keylog !== undefined)
const opened = ({ path, keylog }: Entry): Found[] => {
  const log = keyLogOf(corpusText(keylog!))
  return callsOf(corpusBytes(path), (random) => log[random])
}

const bodyOf = (length: number | undefined, sha256: string | undefined): string => (length ? `${length} ${sha256}` : '0')
const ofMessage = (message: HttpMessage): string => bodyOf(message.body.bytes, message.body.sha256)
const header = ({ headers }: Http2Half, name: string): string | undefined => headers.find(([each]) => each === name)?.[1]

const theirs = ({ http, http2 }: Seen): string[] => [
  ...http.map(({ kind, method, uri, status, body_length, body_sha256 }) =>
    kind === 'request' ? `${method} ${uri} ${bodyOf(body_length, body_sha256)}` : `${status} ${bodyOf(body_length, body_sha256)}`,
  ),
  ...http2.flatMap(({ request, response }) => [
    ...(request ? [`${header(request, ':method')} ${header(request, ':path')} ${bodyOf(request.body_length, request.body_sha256)}`] : []),
    ...(response ? [`${header(response, ':status')} ${bodyOf(response.body_length, response.body_sha256)}`] : []),
  ]),
]

const ours = (found: readonly Found[]): string[] =>
  found.flatMap(({ exchange }) =>
    exchange === undefined
      ? []
      : [
          ...(exchange.request ? [`${exchange.request.method} ${exchange.request.target} ${ofMessage(exchange.request)}`] : []),
          ...(exchange.response ? [`${exchange.response.status} ${ofMessage(exchange.response)}`] : []),
        ],
  )

/** What is seen otherwise than by tshark, and why. */
const OTHERWISE: Record<string, string> = {
  'files/scapy/tls/tls_nss_example.pcap': 'answers that end with the connection: tshark shows none of them',
}
const PLAIN = ['files/illustrated-tls12', 'files/illustrated-tls13']

describe.skipIf(!hasCorpus)('captures with their key log', () => {
  it.each(logged)('$path', (entry) => {
    const found = opened(entry)
    const handshakes = found.flatMap(({ call }) => (call?.protocol === 'tls' ? [call] : []))
    for (const call of handshakes) expect(inShort(call)).toMatch(/^complete success: .*\(decrypted\)$/)
    const oracle = oracleOf(entry.path) as unknown as Seen
    const [our, their] = [ours(found).toSorted(), theirs(oracle).toSorted()]
    if (OTHERWISE[entry.path] !== undefined) for (const line of their) expect(our).toContain(line)
    else expect(our).toEqual(their)
    expect(found.filter(({ exchange }) => exchange !== undefined && exchange.status !== 'complete')).toEqual([])
    expect(found.filter(({ call }) => call?.protocol === 'websocket')).toHaveLength(oracle.websocket.length)
    expect(handshakes.length).toBeGreaterThan(0)
    for (const { exchange } of found) if (exchange !== undefined) expect(exchange.secure).toBe(true)
    if (!PLAIN.some((folder) => entry.path.startsWith(folder))) expect(our.length).toBeGreaterThan(0)
  })

  it('of SSL 3.0 is not opened, and says so', () => {
    const { path } = entries.find((entry) => entry.rsa_key !== undefined)!
    const lines = callsOf(corpusBytes(path)).flatMap(({ call }) => (call === undefined ? [] : [inShort(call)]))
    expect(lines).toHaveLength(2)
    for (const line of lines) expect(line).toMatch(/SSL 3.0 .*\(suite not supported: SSL 3.0 is not read\)/)
  })

  it('and all others are told, without their secrets', () => {
    for (const path of corpusCaptures())
      for (const { call } of callsOf(corpusBytes(path))) if (call?.protocol === 'tls') expect(inShort(call)).not.toContain('(decrypted)')
  })
})
