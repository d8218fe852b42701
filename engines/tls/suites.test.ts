import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { extensionName, groupName, isGrease, signatureName, versionName } from './names.ts'
import { hasOpenssl } from './openssl.case.ts'
import { suiteName, suiteOf } from './suites.ts'

/** Columns of `openssl ciphers -V -stdname`: code, name, ..., `Kx=`, `Au=`, `Enc=AESGCM(128)`, `Mac=AEAD`. */
const theirs = (): { code: number; name: string; cipher: string; mac: string }[] =>
  execFileSync('openssl', ['ciphers', '-V', '-stdname', 'ALL:COMPLEMENTOFALL:@SECLEVEL=0'])
    .toString()
    .trim()
    .split('\n')
    .map((line) => {
      const [, high, low, name] = /0x(..),0x(..) +- +(\S+)/.exec(line)!
      return { code: Number(`0x${high}${low}`), name, cipher: /Enc=(\S+)/.exec(line)![1], mac: /Mac=(\S+)/.exec(line)![1] }
    })

const MACS: Record<string, string | undefined> = { AEAD: undefined, SHA1: 'sha1', SHA256: 'sha256', SHA384: 'sha384', MD5: 'md5' }

describe('cipher suites', () => {
  it.skipIf(!hasOpenssl)('are those of OpenSSL, with the same keys and MACs', () => {
    const suites = theirs()
    expect(suites.length).toBeGreaterThan(50)
    for (const { code, name, cipher, mac } of suites) {
      const suite = suiteOf(code)!
      expect([name, suite.name]).toEqual([name, name])
      expect([name, suite.keyLength * 8]).toEqual([name, Number(/\((\d+)\)/.exec(cipher)?.[1] ?? 0)])
      expect([name, suite.mac]).toEqual([name, MACS[mac]])
      expect([name, suite.aead]).toEqual([name, mac === 'AEAD'])
      expect([name, suite.mode.startsWith('ccm')]).toEqual([name, cipher.includes('CCM')])
    }
  })

  it.each([
    [0x1301, { tls13: true, keyExchange: 'any', fixedIv: 12, recordIv: 0, tagLength: 16, hash: 'sha256' }],
    [0x1305, { tls13: true, mode: 'ccm-8', tagLength: 8 }],
    [0xc02f, { tls13: false, keyExchange: 'ecdhe', fixedIv: 4, recordIv: 8, tagLength: 16 }],
    [0xc030, { hash: 'sha384', mac: undefined, macLength: 0 }],
    [0xcca8, { cipher: 'chacha20', fixedIv: 12, recordIv: 0 }],
    [0xc028, { mac: 'sha384', macLength: 48, hash: 'sha384', blockLength: 16, fixedIv: 16, recordIv: 16 }],
    [0x000a, { cipher: '3des', keyLength: 24, blockLength: 8, mac: 'sha1', hash: 'sha256', keyExchange: 'rsa' }],
    [0x0005, { cipher: 'rc4', mode: 'stream', blockLength: 0, fixedIv: 0 }],
    [0x0003, { exported: true, keyLength: 5 }],
    [0xc018, { anonymous: true, keyExchange: 'ecdhe' }],
    [0xc0aa, { keyExchange: 'dhe-psk', mode: 'ccm-8' }],
    [0x0002, { cipher: 'null', mode: 'null', mac: 'sha1' }],
  ])('say how records are sealed: %i', (code, wanted) => expect(suiteOf(code)).toMatchObject(wanted))

  it('are not what only signals something, or is not known', () => {
    expect([suiteOf(0x00ff), suiteOf(0x5600), suiteOf(0x0a0a), suiteOf(0xffff)]).toEqual([undefined, undefined, undefined, undefined])
    expect([suiteName(0x5600), suiteName(0xffff)]).toEqual(['TLS_FALLBACK_SCSV', '0xffff'])
  })
})

describe('names', () => {
  it('are those of the registries, and numbers in hex where there is none', () => {
    expect([versionName(0x0304), groupName(29), signatureName(0x0804), extensionName(43)]).toEqual([
      'TLS 1.3',
      'x25519',
      'rsa_pss_rsae_sha256',
      'supported_versions',
    ])
    expect([versionName(0x7f1c), groupName(999), signatureName(1), extensionName(999)]).toEqual(['0x7f1c', '0x03e7', '0x0001', '0x03e7'])
  })

  it('tell values that mean nothing', () => {
    const grease = Array.from({ length: 65_536 }, (_, value) => value).filter(isGrease)
    expect(grease).toHaveLength(16)
    expect([grease[0], grease[15], extensionName(0x2a2a)]).toEqual([0x0a0a, 0xfafa, 'GREASE'])
  })
})
