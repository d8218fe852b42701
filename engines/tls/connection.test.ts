import { constants, createPrivateKey, privateDecrypt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Recorded } from '../protocols/proxy.case.ts'
import { type KeyLogLine, readLine } from './keylog.ts'
import { KnownSecrets } from './known-secrets.ts'
import { certificates, talk } from './peers.case.ts'
import { exchangeInShort, inShort, type KeyLog, playTls } from './play.case.ts'

const NO_EXTENDED_MASTER_SECRET = 1
const shown = (said: readonly Pick<Recorded, 'side' | 'bytes'>[], known: KeyLog) => {
  const { handshakes, exchanges } = playTls(said, { known })
  return [...handshakes.map(inShort), ...exchanges.map(exchangeInShort)]
}
const decrypted = (lines: readonly string[], count: number) => {
  expect(lines[0]).toMatch(/^complete success: peer.example .*\(decrypted\)/)
  expect(lines.slice(1).map((line) => line.split(':')[0])).toEqual(Array(count).fill('complete'))
}
const only = (log: KeyLog, labels: RegExp): KeyLog =>
  Object.fromEntries(
    Object.entries(log).map(([random, secrets]) => [
      random,
      Object.fromEntries(Object.entries(secrets).filter(([label]) => labels.test(label))),
    ]),
  )

describe.skipIf(certificates === undefined)('secrets that are known in part', async () => {
  const { connections, log } = certificates ? await talk({ answers: [10, 3000] }) : { connections: [[]], log: {} }
  const [said] = connections

  it('application data alone: what they carry is read, the certificate is not seen', () => {
    const known = only(log, /TRAFFIC_SECRET_0$/)
    decrypted(shown(said, known), 2)
    expect(playTls(said, { known }).handshakes[0].fields).not.toHaveProperty('tls.server.x509')
    expect(playTls(said, { known: log }).handshakes[0].fields).toHaveProperty('tls.server.x509.subject.common_name', ['peer.example'])
  })

  it('one direction: its half is told, the other is missing', () => {
    const { handshakes, exchanges } = playTls(said, { known: only(log, /^CLIENT_/) })
    expect(handshakes[0].fields).toMatchObject({ spider: { tls: { decryption: 'decrypted', decrypted_side: 'client' } } })
    expect(exchanges.map(({ request, status }) => [request?.target, status])).toEqual([
      ['/10', 'incomplete'],
      ['/3000', 'incomplete'],
    ])
    expect(exchanges[0].missing[0]).toMatchObject({ direction: 'response', reason: 'not decrypted' })
  })

  it('the handshake alone: its facts are told, and that the rest is waited for', () => {
    const { handshakes, awaited, exchanges } = playTls(said, { known: only(log, /HANDSHAKE/) })
    expect(awaited).toHaveLength(1)
    expect(handshakes[0].fields).toHaveProperty('tls.server.x509')
    expect(exchanges).toEqual([])
  })

  it('waiting ends when it is said', () => {
    const { handshakes, awaited } = playTls(said, { giveUp: -1 })
    expect(awaited).toHaveLength(1)
    expect(inShort(handshakes[0])).toContain('no secrets: nobody told them')
  })
})

describe.skipIf(certificates === undefined)('between real peers', () => {
  it('a session is resumed: TLS 1.2 by its ticket, TLS 1.3 by its pre-shared key', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { connections, log } = await talk({ version, connections: 2, answers: [100] })
      const [first, second] = connections.map((said) => playTls(said, { known: log }))
      expect(first.handshakes[0].fields).toMatchObject({ tls: { resumed: false, established: true } })
      expect(second.handshakes[0].fields).toMatchObject({ tls: { resumed: true, established: true } })
      for (const played of [first, second]) expect(played.exchanges.map(exchangeInShort)).toEqual([expect.stringMatching(/^complete/)])
    }
  })

  it('the client shows a certificate', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { connections, log } = await talk({ version, clientCertificate: true, answers: [100] })
      const { handshakes } = playTls(connections[0], { known: log })
      expect(handshakes[0].fields).toHaveProperty('tls.client.x509.subject.common_name', ['peer.example'])
    }
  })

  it('a handshake anew within the first one', async () => {
    const { connections, log } = await talk({ version: 'TLSv1.2', renegotiate: true, answers: [100, 200] })
    const { handshakes, exchanges } = playTls(connections[0], { known: log })
    expect(handshakes[0].fields).toMatchObject({ spider: { tls: { decryption: 'decrypted', renegotiations: 2 } } })
    expect(exchanges.map(({ status }) => status)).toEqual(['complete', 'complete'])
    // Its secrets may come later than those of the first.
    const [first] = Object.keys(log)
    const late = playTls(connections[0], { known: { [first]: log[first] }, late: [{ before: -1, log }] })
    expect(late.exchanges.map(exchangeInShort)).toEqual(exchanges.map(exchangeInShort))
  })

  it('the key log has what the client sent encrypted', async () => {
    const { connections } = await talk({ version: 'TLSv1.2', ciphers: 'AES128-SHA256', secureOptions: NO_EXTENDED_MASTER_SECRET })
    const client = Buffer.concat(connections[0].filter(({ side }) => side === 0).map(({ bytes }) => bytes))
    const at = client.indexOf(Buffer.from([16, 0, 1, 2, 1, 0])) + 6
    const sealed = client.subarray(at, at + 256)
    const secret = privateDecrypt({ key: createPrivateKey(certificates!.rsa.key), padding: constants.RSA_PKCS1_PADDING }, sealed)
    const name = sealed.subarray(0, 8).toString('hex')
    const known = new KnownSecrets()
    known.add(readLine(`RSA ${name} ${secret.toString('hex')}`) as KeyLogLine)
    const log: KeyLog = { [name]: { ...known.find(name) } }
    decrypted(shown(connections[0], log), 2)
    expect(playTls(connections[0], { known: log }).handshakes[0].fields).toMatchObject({ spider: { tls: { encrypted_premaster: name } } })
    expect(playTls(connections[0], {}).awaited).toEqual([expect.stringMatching(/^\w{64}$/), name])
    expect(playTls(connections[0], { late: [{ before: -1, log }] }).exchanges.map(({ status }) => status)).toEqual(['complete', 'complete'])
    const restarted = playTls(connections[0], { known: log, restart: () => true }).exchanges
    expect(restarted.map(({ status }) => status)).toEqual(['complete', 'complete'])
  })

  it('a key log that comes late opens a first megabyte, and what follows is missing', async () => {
    const { connections, log } = await talk({ answers: [10, 3_000_000, 20] })
    const { exchanges } = playTls(connections[0], { late: [{ before: -1, log }] })
    expect(exchanges.map(({ status }) => status)).toEqual(['complete', 'incomplete'])
    expect(exchanges[1].missing[0].reason).toBe('not decrypted')
    expect(exchanges[1].response!.bodyWireBytes).toBe(3_000_000)
  })
})

describe('bytes that are hostile', () => {
  const record = (type: number, ...body: number[]) => Uint8Array.from([type, 3, 1, body.length >> 8, body.length & 255, ...body])
  const hello = (...body: number[]) => record(22, 1, 0, body.length >> 8, body.length & 255, ...body)
  const zeros = (count: number) => Array<number>(count).fill(0)
  const plain = [3, 3, ...zeros(32), 0, 0, 2, 0x13, 1, 1, 0]

  it.each<[string, Uint8Array[], string]>([
    ['a ClientHello alone', [hello(...plain)], 'incomplete unknown: - (plain) closed-in-handshake'],
    [
      'one whose suites are cut',
      [hello(3, 3, ...zeros(32), 0, 0, 9, 0x13, 1)],
      'malformed unknown: - (plain) malformed-handshake bad-client-hello at 46',
    ],
    [
      'a message without end',
      [record(22, 1, 0xff, 0xff, 0xff, ...zeros(20))],
      'malformed unknown: - (plain) handshake-message-too-large at 0',
    ],
    ['what is no record behind it', [hello(...plain), Uint8Array.from(zeros(40))], 'malformed unknown: - (plain) not-a-record at 50'],
  ])('%s', (_, pieces, expected) => {
    const said = pieces.map((bytes) => ({ side: 0 as const, bytes }))
    const [line] = shown(said, {})
    expect(line).toContain(expected)
    const cut = playTls(said, { segments: [1], restart: () => true }).handshakes.map(inShort)
    expect(cut).toEqual([line])
  })

  it('an alert ends a handshake', () => {
    const said = [
      { side: 0 as const, bytes: hello(...plain) },
      { side: 1 as const, bytes: record(21, 2, 40) },
    ]
    const { handshakes } = playTls(said, {})
    expect(inShort(handshakes[0])).toBe('complete failure: alert handshake_failure (plain)')
    expect(handshakes[0].fields).toMatchObject({
      spider: { tls: { alerts: [{ from: 'server', fatal: true, name: 'handshake_failure' }] } },
    })
  })

  it('a hello in the form of SSL 2 is one', () => {
    const body = [1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 0x2f, ...Array.from({ length: 16 }, (_, i) => i + 1)]
    const { handshakes, protocol } = playTls([{ side: 0, bytes: Uint8Array.from([0x80, body.length, ...body]) }], {})
    expect(protocol).toBe('tls')
    expect(handshakes[0].fields).toMatchObject({
      tls: { client: { supported_ciphers: ['TLS_RSA_WITH_AES_128_CBC_SHA'] } },
      spider: { tls: { ssl2_hello: true, client_random: `${'00'.repeat(16)}0102030405060708090a0b0c0d0e0f10` } },
    })
  })
})
