import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { micros } from '../../time.ts'
import type { Ciphers } from '../ciphers.ts'
import { hasOpenssl } from '../openssl.case.ts'
import { type Certificate, readCertificate } from './certificate.ts'
import { isoTime, timeOf } from './time.ts'

const hash: Ciphers['hash'] = (name) => (parts) => createHash(name).update(Buffer.concat(parts)).digest()

/** Name, and the arguments of `openssl req -x509` that make it. */
const SHAPES: readonly (readonly [string, readonly string[]])[] = [
  ['rsa', ['-newkey', 'rsa:2048', '-sha256', '-subj', '/C=DE/ST=Berlin/L=Berlin/O=Shop, Inc./OU=A/OU=B/CN=shop.example']],
  ['weak rsa', ['-newkey', 'rsa:1024', '-sha1', '-subj', '/CN=old.example']],
  ['p-256', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', '/CN=a.example']],
  ['p-521', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-521', '-sha512', '-subj', '/CN=b.example']],
  ['secp256k1', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:secp256k1', '-sha384', '-subj', '/CN=k.example']],
  ['ed25519', ['-newkey', 'ed25519', '-subj', '/CN=ed.example']],
  ['ed448', ['-newkey', 'ed448', '-subj', '/CN=ed448.example']],
  ['pss', ['-newkey', 'rsa:2048', '-sha384', '-sigopt', 'rsa_padding_mode:pss', '-subj', '/CN=pss.example']],
  ['utf-8', ['-newkey', 'ed25519', '-utf8', '-subj', '/O=Käsereí 奶酪/CN=ü.example']],
  ['multi', ['-newkey', 'ed25519', '-subj', '/DC=example/DC=corp+CN=two/emailAddress=a@b.example/CN=last']],
  [
    'names',
    [
      ...['-newkey', 'ed25519', '-subj', '/CN=names.example', '-addext'],
      'subjectAltName=DNS:names.example,DNS:*.names.example,IP:10.0.0.1,IP:2001:db8::1,email:x@names.example,URI:spiffe://shop/ns/a',
    ],
  ],
  [
    'leaf',
    [
      ...['-newkey', 'ed25519', '-subj', '/CN=leaf.example', '-addext', 'basicConstraints=critical,CA:FALSE'],
      ...['-addext', 'keyUsage=critical,digitalSignature,keyAgreement', '-addext', 'extendedKeyUsage=serverAuth,clientAuth,1.2.3.4'],
    ],
  ],
  ['path', ['-newkey', 'ed25519', '-subj', '/CN=ca.example', '-addext', 'keyUsage=keyCertSign,cRLSign,decipherOnly,keyAgreement']],
  [
    'far',
    ['-newkey', 'ed25519', '-subj', '/CN=far.example', '-days', '20000', '-set_serial', '0xff00000000000000000000000000000000000001'],
  ],
]

const folder = mkdtempSync(join(tmpdir(), 'certificates-'))
afterAll(() => rmSync(folder, { recursive: true }))
const made = new Map<string, Uint8Array>()

beforeAll(() => {
  if (!hasOpenssl) return
  for (const [name, options] of SHAPES) {
    const file = join(folder, 'certificate.der')
    const config = ['-config', '/dev/null', '-nodes', '-keyout', '/dev/null', '-outform', 'DER', '-out', file]
    execFileSync('openssl', ['req', '-x509', ...config, ...options, '-addext', 'subjectKeyIdentifier=hash'], { stdio: 'ignore' })
    made.set(name, new Uint8Array(readFileSync(file)))
  }
})

const of = (name: string): Certificate => readCertificate(made.get(name)!, hash)

describe.skipIf(!hasOpenssl).each(SHAPES.map(([name]) => name))('a certificate made by openssl: %s', (name) => {
  it('says what Node reads in it', () => {
    const der = made.get(name)!
    const known = new X509Certificate(der)
    const found = of(name)
    expect(found.malformedAt).toBeUndefined()
    expect(found.serialNumber).toBe(known.serialNumber)
    expect(found.sha256).toBe(known.fingerprint256.replaceAll(':', ''))
    expect(found.sha1).toBe(known.fingerprint.replaceAll(':', ''))
    expect(found.notBefore).toBe(known.validFromDate.getTime() * 1000)
    expect(found.notAfter).toBe(known.validToDate.getTime() * 1000)
    expect(isoTime(found.notAfter!)).toBe(known.validToDate.toISOString().replace('.000', ''))
    expect(found.isCa).toBe(known.ca)
    const details = known.publicKey.asymmetricKeyDetails!
    if (details.modulusLength !== undefined) expect(found.publicKey.size).toBe(details.modulusLength)
    if (details.publicExponent !== undefined) expect(found.publicKey.exponent).toBe(Number(details.publicExponent))
    expect(found.selfSigned).toBe(true)
  })

  it('says the same names as openssl', () => {
    const file = join(folder, 'shown.der')
    execFileSync('dd', [`of=${file}`], { input: made.get(name)!, stdio: ['pipe', 'ignore', 'ignore'] })
    const text = execFileSync('openssl', [
      'x509',
      '-inform',
      'DER',
      '-in',
      file,
      '-noout',
      '-subject',
      '-nameopt',
      'utf8,sep_comma_plus_space,sname,esc_2253',
    ])
    const shown = text
      .toString()
      .replace(/^subject=/, '')
      .trim()
    expect(of(name).subject.text).toBe(shown)
  })
})

describe.skipIf(!hasOpenssl)('the fields of a certificate', () => {
  it('are taken apart', () => {
    const { subject, publicKey, signatureAlgorithm } = of('rsa')
    expect(subject).toMatchObject({
      commonName: ['shop.example'],
      country: ['DE'],
      organization: ['Shop, Inc.'],
      organizationalUnit: ['A', 'B'],
    })
    expect(publicKey).toEqual({ algorithm: 'RSA', size: 2048, curve: undefined, exponent: 65537 })
    expect(signatureAlgorithm).toBe('SHA256-RSA')
  })

  it.each([
    ['weak rsa', 'SHA1-RSA', 'RSA', undefined],
    ['p-256', 'ECDSA-SHA256', 'ECDSA', 'nistp256'],
    ['p-521', 'ECDSA-SHA512', 'ECDSA', 'nistp521'],
    ['secp256k1', 'ECDSA-SHA384', 'ECDSA', 'secp256k1'],
    ['ed25519', 'Ed25519', 'Ed25519', undefined],
    ['ed448', 'Ed448', 'Ed448', undefined],
    ['pss', 'SHA384-RSAPSS', 'RSA', undefined],
  ])('%s is signed with %s, by a key of %s', (name, signature, algorithm, curve) => {
    const { signatureAlgorithm, publicKey } = of(name)
    expect([signatureAlgorithm, publicKey.algorithm, publicKey.curve]).toEqual([signature, algorithm, curve])
  })

  it('tell names of every kind, and what the key is for', () => {
    expect(of('names').alternativeNames).toEqual({
      dns: ['names.example', '*.names.example'],
      ip: ['10.0.0.1', '2001:db8::1'],
      email: ['x@names.example'],
      uri: ['spiffe://shop/ns/a'],
    })
    expect(of('leaf')).toMatchObject({
      keyUsage: ['digitalSignature', 'keyAgreement'],
      extendedKeyUsage: ['serverAuth', 'clientAuth', '1.2.3.4'],
    })
    expect(of('path').keyUsage).toEqual(['keyAgreement', 'keyCertSign', 'cRLSign', 'decipherOnly'])
  })
})

describe('times', () => {
  it('are those of the calendar, there and back', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('1950-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
        const iso = date.toISOString().replace(/\.\d+/, '')
        const text = Buffer.from(iso.replace(/[-:T]/g, ''))
        const at = micros(Math.floor(date.getTime() / 1000) * 1e6)
        expect(timeOf(text, { tag: 0x18, from: 0, start: 0, end: text.length })).toBe(at)
        expect(isoTime(at)).toBe(iso)
      }),
    )
  })

  it('have two digits of the year before 2050', () => {
    const text = Buffer.from('491231235959Z500101000000Z')
    expect(isoTime(timeOf(text, { tag: 0x17, from: 0, start: 0, end: 13 })!)).toBe('2049-12-31T23:59:59Z')
    expect(isoTime(timeOf(text, { tag: 0x17, from: 0, start: 13, end: 26 })!)).toBe('1950-01-01T00:00:00Z')
  })
})

describe.skipIf(!hasOpenssl)('broken certificates', () => {
  it('are read as far as they go, at every cut', () => {
    const der = made.get('rsa')!
    for (let end = 0; end < der.length; end++) {
      const found = readCertificate(der.subarray(0, end), hash)
      expect(found.malformedAt).toBe(0)
    }
  })

  it('never throw, whatever bytes are changed', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...SHAPES.map(([name]) => name)),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 8 }),
        (name, changes) => {
          const der = made.get(name)!.slice()
          for (const [at, value] of changes) der[at % der.length] = value
          const found = readCertificate(der, hash)
          expect(found.subject.text.length).toBeLessThan(20_000)
        },
      ),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => readCertificate(bytes, hash).malformedAt !== undefined))
  })
})
