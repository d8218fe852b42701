import { Compile } from 'typebox/compile'
import { describe, expect, it } from 'vitest'
import { MoreOfTls, Tls } from '#events/documents/tls.ts'
import { corpusBytes, corpusCaptures, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import { CLIENT, SERVER } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import type { Certificate } from './certificate/certificate.ts'
import { alerted, isResumed, learn, noFacts, type TlsFacts } from './facts.ts'
import { tlsFields } from './fields.ts'
import { tlsFindings } from './findings.ts'
import { handshakesOf, hash } from './handshakes.case.ts'
import { isNamed } from './host-name.ts'

const DAY = 86_400_000_000
const NOW = micros(Date.UTC(2026, 0, 5) * 1000)
const name = (commonName: string): Certificate['subject'] => ({
  ...{
    text: `CN=${commonName}`,
    commonName: [commonName],
    country: [],
    locality: [],
    organization: [],
    organizationalUnit: [],
    stateOrProvince: [],
  },
})

const certificate = (change: Partial<Certificate> = {}): Certificate => ({
  ...{
    version: 3,
    serialNumber: '01',
    subject: name('shop.example'),
    issuer: name('CA'),
    notBefore: micros(NOW - DAY),
    notAfter: micros(NOW + 90 * DAY),
  },
  publicKey: { algorithm: 'RSA', size: 2048, curve: undefined, exponent: 65537 },
  alternativeNames: { dns: ['shop.example', '*.shop.example'], ip: ['10.0.0.1'], email: [], uri: [] },
  ...{ signatureAlgorithm: 'SHA256-RSA', selfSigned: false, sha256: 'AA', sha1: 'BB', malformedAt: undefined, isCa: false },
  ...{ pathLength: undefined, keyUsage: [], extendedKeyUsage: [], subjectKeyId: undefined, authorityKeyId: undefined },
  ...change,
})

const facts = (version: number, suite: number, change: Partial<TlsFacts> = {}): TlsFacts => {
  const hello = { legacyVersion: 0x0303, random: 'ab'.repeat(32), sessionId: '', extensions: [], malformed: undefined }
  return {
    ...noFacts(),
    clientHello: { kind: 'client hello', ...hello, suites: [suite], compressions: [0], serverName: 'shop.example' },
    serverHello: { kind: 'server hello', ...hello, retry: false, version, suite, compression: 0 },
    certificates: [[], [certificate()]],
    ...change,
  }
}

describe('findings', () => {
  it('are none of what is well', () => {
    expect(tlsFindings(facts(0x0304, 0x1301), NOW)).toEqual([])
    expect(tlsFindings(facts(0x0303, 0xc02f), NOW)).toEqual([])
    expect(tlsFindings(noFacts(), NOW)).toEqual([])
  })

  it.each([
    [0x0302, 0xc013, ['weak-tls-version']],
    [0x0300, 0xc013, ['weak-tls-version']],
    [0x0303, 0x0005, ['weak-cipher']],
    [0x0303, 0x000a, ['weak-cipher']],
    [0x0303, 0x003b, ['null-cipher']],
    [0x0301, 0x0003, ['weak-tls-version', 'weak-cipher', 'export-cipher']],
    [0x0303, 0xc018, ['anonymous-key-exchange']],
  ])('tell a weak version or suite: %i, %i', (version, suite, wanted) => expect(tlsFindings(facts(version, suite), NOW)).toEqual(wanted))

  it.each<[string, Partial<Certificate>]>([
    ['certificate-expired', { notAfter: micros(NOW - 1) }],
    ['certificate-expires-soon', { notAfter: micros(NOW + 29 * DAY) }],
    ['certificate-not-yet-valid', { notBefore: micros(NOW + 1) }],
    ['certificate-self-signed', { selfSigned: true }],
    ['certificate-name-mismatch', { alternativeNames: { dns: ['other.example'], ip: [], email: [], uri: [] } }],
    ['certificate-weak-key', { publicKey: { algorithm: 'RSA', size: 1024, curve: undefined, exponent: 3 } }],
    ['certificate-weak-key', { publicKey: { algorithm: 'ECDSA', size: 192, curve: 'nistp192', exponent: undefined } }],
    ['certificate-weak-signature', { signatureAlgorithm: 'SHA1-RSA' }],
    ['certificate-weak-signature', { signatureAlgorithm: 'ECDSA-SHA1' }],
    ['certificate-weak-signature', { signatureAlgorithm: 'MD5-RSA' }],
    ['certificate-malformed', { malformedAt: 7 }],
  ])('tell %s', (code, change) => {
    expect(tlsFindings(facts(0x0304, 0x1301, { certificates: [[], [certificate(change)]] }), NOW)).toEqual([code])
  })

  it('tell of the chain, of the client and of short primes', () => {
    const expired = certificate({ notAfter: micros(NOW - 1), selfSigned: true })
    expect(tlsFindings(facts(0x0303, 0xc02f, { certificates: [[expired], [certificate()]] }), NOW)).toEqual(['client-certificate-expired'])
    expect(tlsFindings(facts(0x0303, 0xc02f, { certificates: [[], [certificate(), expired]] }), NOW)).toEqual(['certificate-expired'])
    expect(tlsFindings(facts(0x0303, 0x009e, { primeBits: 1024 }), NOW)).toEqual(['weak-key-exchange'])
  })
})

describe('the name of a host', () => {
  it.each([
    ['shop.example', true],
    ['SHOP.example.', true],
    ['a.shop.example', true],
    ['a.b.shop.example', false],
    ['example', false],
    ['10.0.0.1', true],
    ['10.0.0.2', false],
  ])('%s is that of the certificate: %s', (host, named) => expect(isNamed(certificate(), host)).toBe(named))

  it('is the common name where there are no others', () => {
    expect(isNamed(certificate({ alternativeNames: { dns: [], ip: [], email: [], uri: [] } }), 'shop.example')).toBe(true)
    expect(isNamed(certificate({ subject: name('x'), alternativeNames: { dns: [], ip: [], email: [], uri: [] } }), 'shop.example')).toBe(
      false,
    )
  })
})

describe('a resumed session', () => {
  const resumed = (version: number, id: string, change: Partial<TlsFacts>): boolean => {
    const all = facts(version, 0xc02f, { certificates: [[], []], ...change })
    return isResumed({ ...all, clientHello: { ...all.clientHello!, sessionId: id }, serverHello: { ...all.serverHello!, sessionId: id } })
  }
  it('is told by its id, or by who changed keys first, before TLS 1.3', () => {
    expect(resumed(0x0303, 'aa', {})).toBe(true)
    expect(resumed(0x0303, '', {})).toBe(false)
    expect(resumed(0x0303, 'aa', { exchanged: true })).toBe(false)
    expect(resumed(0x0303, '', { abbreviated: true })).toBe(true)
  })

  it('is told by the key that the server took, since', () => {
    const all = facts(0x0304, 0x1301)
    expect(isResumed(all)).toBe(false)
    expect(isResumed({ ...all, serverHello: { ...all.serverHello!, selectedPsk: 0 } })).toBe(true)
  })
})

describe('fields', () => {
  it('say what is known, and nothing else', () => {
    expect(tlsFields(noFacts(), hash)).toEqual({ tls: { established: false, resumed: false }, spider: { tls: {} } })
  })

  it('say who is who, what was offered and what was chosen', () => {
    const all = facts(0x0304, 0x1301, { group: 29, finished: [true, true], decryption: 'no secrets', reason: 'none came', handshake: 1500 })
    alerted(all, SERVER, 2, 40, NOW)
    learn(all, CLIENT, { kind: 'key update', requested: true, malformed: undefined }, hash)
    const { tls, spider } = tlsFields(all, hash)
    expect(tls).toMatchObject({
      ...{ version: '1.3', version_protocol: 'tls', cipher: 'TLS_AES_128_GCM_SHA256', curve: 'x25519', established: true, resumed: false },
      client: { server_name: 'shop.example', supported_ciphers: ['TLS_AES_128_GCM_SHA256'] },
      server: {
        ...{ subject: 'CN=shop.example', issuer: 'CN=CA', not_before: '2026-01-04T00:00:00Z', not_after: '2026-04-05T00:00:00Z' },
        hash: { sha256: 'AA', sha1: 'BB' },
        x509: {
          subject: { common_name: ['shop.example'] },
          alternative_names: ['shop.example', '*.shop.example', '10.0.0.1'],
          public_key_size: 2048,
        },
      },
    })
    expect(spider.tls).toMatchObject({
      ...{ decryption: 'no secrets', reason: 'none came', handshake: 1_500_000, key_updates: 1 },
      chain: [{ subject: 'CN=shop.example', key: 'RSA 2048', ca: false }],
      alerts: [{ from: 'server', at: '2026-01-05T00:00:00Z', fatal: true, name: 'handshake_failure' }],
    })
  })
})

const captures = corpusCaptures().filter((path) => (oracleOf(path) as unknown as { tls?: unknown[] }).tls?.length)

it.skipIf(!hasCorpus)('fields of every handshake of the corpus are what the schema of documents says', () => {
  const [tlsSchema, more] = [Compile(Tls), Compile(MoreOfTls)]
  let count = 0
  for (const path of captures)
    for (const { facts } of handshakesOf(corpusBytes(path))) {
      count++
      const { tls, spider } = tlsFields(facts, hash)
      expect([path, [...tlsSchema.Errors(tls)], [...more.Errors(spider.tls)]]).toEqual([path, [], []])
      expect(JSON.stringify(tls).length).toBeLessThan(200_000)
    }
  expect(count).toBeGreaterThan(100)
})
