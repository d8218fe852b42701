import { describe, expect, it } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { certificateFacts, chainOf, chosen, findingInWords, notDecrypted, offered } from './tls.ts'

const call = (tls: ExchangeDocument['tls'], more: ExchangeDocument['spider']['tls']): ExchangeDocument => ({
  '@timestamp': '2026-01-01T00:00:00.000000Z',
  event: { id: 'e1', start: '', end: '', duration: 0 },
  client: { ip: '10.0.0.1', port: 1 },
  server: { ip: '10.0.0.2', port: 443 },
  network: { protocol: 'tls', transport: 'tcp' },
  ...{ tls, spider: { team: 't', agents: [], session: { id: 's' }, status: 'complete', missing: [], time: {}, tls: more } },
})

describe('facts of a handshake', () => {
  it('are those that are known', () => {
    expect(offered(call(undefined, undefined))).toEqual([])
    expect(chosen(call(undefined, undefined))).toEqual([])
    expect(certificateFacts(call(undefined, undefined), 'server')).toEqual([])
  })

  it('say what was asked for, and what came of it', () => {
    const one = call(
      {
        version: '1.3',
        version_protocol: 'tls',
        cipher: 'TLS_AES_128_GCM_SHA256',
        resumed: false,
        client: { server_name: 'shop.example' },
      },
      { offered: { versions: ['TLS 1.3', 'TLS 1.2'], protocols: [] }, handshake: 1_500_000, ticket_lifetime: 7200 },
    )
    expect(offered(one)).toEqual([
      { name: 'Server name', value: 'shop.example', field: 'tls.client.server_name' },
      { name: 'Versions', value: 'TLS 1.3, TLS 1.2' },
    ])
    expect(chosen(one)).toEqual([
      { name: 'Version', value: 'TLS 1.3', field: 'tls.version' },
      { name: 'Suite', value: 'TLS_AES_128_GCM_SHA256', field: 'tls.cipher' },
      { name: 'Earlier session resumed', value: 'no' },
      { name: 'Lifetime of the tickets', value: '2 h' },
      { name: 'Handshake', value: '1.50 ms' },
    ])
  })

  it('have the chain of each side', () => {
    const certificate = { subject: 'CN=a', issuer: 'CN=b', sha256: 'AA', key: 'RSA 2048', ca: false }
    const one = call({ server: { hash: { sha256: 'AA' } } }, { chain: [certificate] })
    expect([chainOf(one, 'server'), chainOf(one, 'client')]).toEqual([[certificate], []])
    expect(certificateFacts(one, 'server')).toEqual([{ name: 'SHA-256', value: 'AA', field: 'tls.server.hash.sha256' }])
  })
})

describe('decryption', () => {
  it('says why nothing is seen', () => {
    expect(notDecrypted(call({}, { decryption: 'decrypted' }))).toBeUndefined()
    expect(notDecrypted(call({}, { decryption: 'decrypted', decrypted_side: 'client' }))).toBe('Only what the client said is decrypted.')
    expect(notDecrypted(call({}, { decryption: 'no secrets', reason: 'none came' }))).toBe(
      'What was said is not decrypted: the secrets of the session are not known (none came).',
    )
  })
})

describe('findings', () => {
  it('are said in words, those of the client as well', () => {
    expect(findingInWords('weak-cipher')).toBe('the cipher can be broken')
    expect(findingInWords('client-certificate-expired')).toBe('of the client: a certificate has expired')
    expect(findingInWords('bare-lf')).toBeUndefined()
  })
})
