import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { endOfCapture, packetsCaptured } from '#events/packets-captured.ts'
import { tlsSecrets } from '#events/tls-secrets.ts'
import { sectionsOf } from './sections.ts'

const fixture = (name: string): Buffer => readFileSync(new URL(`../fixtures/${name}`, import.meta.url))

/** What a client of HTTPS sent and got. */
export interface Told {
  method: string
  path: string
  status: number
  response_body: { length: number; sha256: string }
}

/** A capture of HTTPS over one connection, with its key log and the truth. */
export interface Https {
  packets: Uint8Array[]
  keyLog: string
  told: Told[]
}

export const https = (name: 'https12' | 'https13', packetsEach = 20): Https => ({
  packets: sectionsOf(fixture(`${name}.pcap`), packetsEach).map(({ bytes }) => bytes),
  keyLog: fixture(`${name}.keys`).toString(),
  told: fixture(`${name}.truth.jsonl`)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Told),
})

const time = (): string => new Date().toISOString()

/** The capture as an agent sends it in its only lane: `end` for its last section. */
export const packetEvents = (agent: string, packets: readonly Uint8Array[], from = 1): Event[] =>
  packets.map((section, index) => {
    const sequence = from + index
    return packetsCaptured.make(`/agents/${agent}`, section, {
      id: `${agent}/0/${sequence}`,
      time: time(),
      partitionkey: `${agent}/0`,
      sequence,
    })
  })

export const endEvent = (agent: string, sequence: number): Event => packetEvents(agent, [endOfCapture], sequence)[0]

export const linesOf = (keyLog: string): string[] => keyLog.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

/** Secrets as an agent sends them. */
export const secretsEvent = (agent: string, keyLog: string, id = 1): Event =>
  tlsSecrets.make(
    `/agents/${agent}`,
    { agent, secrets: linesOf(keyLog).map((keylog) => ({ keylog })) },
    { id: `${agent}/secrets/${id}`, time: time() },
  )

/** Calls of HTTP, each in a line: what was asked, and what the body was that came. */
export const asTold = (documents: readonly ExchangeDocument[]): string[] =>
  documents
    .filter(({ network, spider }) => network.protocol === 'http' && spider.status === 'complete')
    .map(({ http, url }) => lineOf(http?.request?.method, url?.path, http?.response?.status_code, http?.response?.body))
    .sort()

export const expected = ({ told }: Https): string[] =>
  told.map(({ method, path, status, response_body: { length, sha256 } }) => lineOf(method, path, status, { bytes: length, sha256 })).sort()

const lineOf = (
  method: string | undefined,
  path: string | undefined,
  status: number | undefined,
  body?: { bytes: number; sha256?: string },
): string => [method, path, status, body?.bytes ?? 0, (body?.bytes ?? 0) > 0 ? body?.sha256 : ''].join(' ')

/** How each handshake was decrypted. */
export const decryptions = (documents: readonly ExchangeDocument[]): unknown[] =>
  documents
    .filter(({ network }) => network.protocol === 'tls')
    .map(({ spider }) => (spider as { tls?: { decryption?: string } }).tls?.decryption)

/** What of a key log is secret, as text and as bytes. */
export const secretsOf = (keyLog: string): Buffer[] =>
  linesOf(keyLog).flatMap((line) => {
    const secret = line.split(' ')[2]
    return [Buffer.from(secret), Buffer.from(secret, 'hex')]
  })

/** All files below a directory. */
export const filesIn = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesIn(join(path, entry.name)) : [join(path, entry.name)],
  )

/** The same key log with other secrets. */
export const wrong = (keyLog: string): string => keyLog.replace(/[0-9a-f](?=\s*$)/gm, (digit) => (digit === '0' ? '1' : '0'))
