import type { KeyExchange } from './handshake/key-exchange.ts'
import { SUITE_NAMES } from './suite-names.ts'

/** `other`: of a national standard, known by name alone. */
export type CipherName = 'null' | 'rc4' | 'rc2' | 'des' | '3des' | 'idea' | 'seed' | 'aes' | 'camellia' | 'aria' | 'chacha20' | 'other'
export type Mode = 'null' | 'stream' | 'cbc' | 'gcm' | 'ccm' | 'ccm-8' | 'poly1305' | 'other'
export type MacName = 'md5' | 'sha1' | 'sha256' | 'sha384'

/** What a cipher suite says of the keys and of how records are sealed. Lengths in bytes. */
export interface Suite {
  code: number
  /** As IANA's registry has it. */
  name: string
  /** Of TLS 1.3 and later alone: such a suite says nothing of the key exchange. */
  tls13: boolean
  keyExchange: KeyExchange
  /** Nobody proves who they are. */
  anonymous: boolean
  /** Weakened on purpose, for export from the USA before 2000. */
  exported: boolean
  cipher: CipherName
  mode: Mode
  /** The key is authenticated together with the data: no MAC of its own. */
  aead: boolean
  keyLength: number
  /** Of a block cipher in CBC mode, else 0. */
  blockLength: number
  /** Of the nonce (of CBC in TLS 1.0 the IV): as derived from the secrets, and as it stands in each record before TLS 1.3. */
  fixedIv: number
  recordIv: number
  /** Of an AEAD, else 0. */
  tagLength: number
  /** HMAC over the record; undefined of an AEAD. */
  mac: MacName | undefined
  macLength: number
  /** Of the pseudorandom function of TLS 1.2 (RFC 5246 section 5), and of HKDF in TLS 1.3. */
  hash: 'sha256' | 'sha384'
}

/** Name in the suite's name, name, length of the key in bytes, mode, length of a block. The first that fits. */
const CIPHERS: readonly (readonly [string, CipherName, number, Mode, number])[] = [
  ['AES_128_GCM', 'aes', 16, 'gcm', 0],
  ['AES_256_GCM', 'aes', 32, 'gcm', 0],
  ['AES_128_CCM_8', 'aes', 16, 'ccm-8', 0],
  ['AES_256_CCM_8', 'aes', 32, 'ccm-8', 0],
  ['AES_128_CCM', 'aes', 16, 'ccm', 0],
  ['AES_256_CCM', 'aes', 32, 'ccm', 0],
  ['CHACHA20_POLY1305', 'chacha20', 32, 'poly1305', 0],
  ['AES_128_CBC', 'aes', 16, 'cbc', 16],
  ['AES_256_CBC', 'aes', 32, 'cbc', 16],
  ['CAMELLIA_128_GCM', 'camellia', 16, 'gcm', 0],
  ['CAMELLIA_256_GCM', 'camellia', 32, 'gcm', 0],
  ['CAMELLIA_128_CBC', 'camellia', 16, 'cbc', 16],
  ['CAMELLIA_256_CBC', 'camellia', 32, 'cbc', 16],
  ['ARIA_128_GCM', 'aria', 16, 'gcm', 0],
  ['ARIA_256_GCM', 'aria', 32, 'gcm', 0],
  ['ARIA_128_CBC', 'aria', 16, 'cbc', 16],
  ['ARIA_256_CBC', 'aria', 32, 'cbc', 16],
  ['SEED_CBC', 'seed', 16, 'cbc', 16],
  ['IDEA_CBC', 'idea', 16, 'cbc', 8],
  ['3DES_EDE_CBC', '3des', 24, 'cbc', 8],
  ['DES40_CBC', 'des', 5, 'cbc', 8],
  ['DES_CBC_40', 'des', 5, 'cbc', 8],
  ['DES_CBC', 'des', 8, 'cbc', 8],
  ['RC2_CBC_40', 'rc2', 5, 'cbc', 8],
  ['RC2_CBC_56', 'rc2', 7, 'cbc', 8],
  ['RC4_128', 'rc4', 16, 'stream', 0],
  ['RC4_56', 'rc4', 7, 'stream', 0],
  ['RC4_40', 'rc4', 5, 'stream', 0],
  ['NULL', 'null', 0, 'null', 0],
]

/** What stands before `_WITH_`, without who signs it. */
const KEY_EXCHANGES: readonly (readonly [string, KeyExchange])[] = [
  ['ECDHE_PSK', 'ecdhe-psk'],
  ['DHE_PSK', 'dhe-psk'],
  ['PSK_DHE', 'dhe-psk'],
  ['RSA_PSK', 'rsa-psk'],
  ['PSK', 'psk'],
  ['ECDHE_', 'ecdhe'],
  // Its keys are made for one connection: RFC 8422 section 2.3.
  ['ECDH_anon', 'ecdhe'],
  ['ECDH_', 'ecdh'],
  ['DHE_', 'dhe'],
  ['DH_anon', 'dhe'],
  ['DH_', 'dh'],
  ['RSA', 'rsa'],
  ['SRP', 'srp'],
  ['KRB5', 'krb5'],
]

const MACS: Readonly<Record<string, readonly [MacName, number]>> = {
  MD5: ['md5', 16],
  SHA: ['sha1', 20],
  SHA256: ['sha256', 32],
  SHA384: ['sha384', 48],
}

const describe = (code: number, name: string): Suite => {
  const [before, sealing] = name.includes('_WITH_') ? name.slice(4).split('_WITH_') : [undefined, name.slice(4)]
  const known = CIPHERS.find(([text]) => sealing.startsWith(text))
  const [, cipher, keyLength, mode, blockLength] = known ?? ['', 'other', 0, 'other', 0]
  const aead = mode === 'gcm' || mode === 'ccm' || mode === 'ccm-8' || mode === 'poly1305'
  const last = MACS[sealing.slice(sealing.lastIndexOf('_') + 1)]
  const [mac, macLength] = aead || last === undefined ? [undefined, 0] : last
  const tls13 = before === undefined
  return {
    ...{ code, name, tls13, cipher, mode, aead, keyLength, blockLength, mac, macLength },
    keyExchange: tls13 ? 'any' : (KEY_EXCHANGES.find(([text]) => before.startsWith(text))?.[1] ?? 'other'),
    anonymous: before?.includes('_anon') ?? false,
    exported: before?.includes('_EXPORT') ?? false,
    // RFC 5288 section 3, RFC 6655 section 3, RFC 7905 section 2, RFC 8446 section 5.3.
    fixedIv: !aead ? blockLength : tls13 || mode === 'poly1305' ? 12 : 4,
    recordIv: !aead ? blockLength : tls13 || mode === 'poly1305' ? 0 : 8,
    tagLength: !aead ? 0 : mode === 'ccm-8' ? 8 : 16,
    hash: last?.[0] === 'sha384' ? 'sha384' : 'sha256',
  }
}

/** Not suites: they signal something else (RFC 5746, RFC 7507). */
const SIGNALS: ReadonlySet<number> = new Set([0x00ff, 0x5600])

const SUITES: ReadonlyMap<number, Suite> = new Map(
  [...SUITE_NAMES].filter(([code]) => !SIGNALS.has(code)).map(([code, name]) => [code, describe(code, name)]),
)

/** What a suite is; undefined: its code is not known. */
export const suiteOf = (code: number): Suite | undefined => SUITES.get(code)

/** Its name in IANA's registry, or its code in hex. */
export const suiteName = (code: number): string => SUITE_NAMES.get(code) ?? `0x${code.toString(16).padStart(4, '0')}`
