import { fromLatin1 } from '../bytes/text.ts'
import type { Ciphers, Digest, HashName } from './ciphers.ts'

/** P_hash (RFC 5246 section 5). */
const expand = (digest: Digest, seed: Uint8Array, length: number): Uint8Array => {
  const out = new Uint8Array(length)
  let a = digest([seed])
  for (let at = 0; at < length; ) {
    const block = digest([a, seed])
    out.set(block.subarray(0, length - at), at)
    at += block.length
    a = digest([a])
  }
  return out
}

const joined = (...parts: Uint8Array[]): Uint8Array => {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** The pseudorandom function: of TLS 1.2 with the suite's hash (RFC 5246 section 5), before with MD5 and SHA-1, a half of the secret each (RFC 2246 section 5). */
const prf = (
  ciphers: Ciphers,
  hash: HashName | 'md5 and sha1',
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Uint8Array => {
  const labelled = joined(fromLatin1(label), seed)
  if (hash !== 'md5 and sha1') return expand(ciphers.hmac(hash, secret), labelled, length)
  const half = Math.ceil(secret.length / 2)
  const out = expand(ciphers.hmac('md5', secret.subarray(0, half)), labelled, length)
  const other = expand(ciphers.hmac('sha1', secret.subarray(secret.length - half)), labelled, length)
  for (let i = 0; i < length; i++) out[i] ^= other[i]
  return out
}

export type PrfHash = HashName | 'md5 and sha1'

/** The master secret from what the client sent encrypted (RFC 5246 section 8.1). */
export const masterSecret = (ciphers: Ciphers, hash: PrfHash, premaster: Uint8Array, client: Uint8Array, server: Uint8Array): Uint8Array =>
  prf(ciphers, hash, premaster, 'master secret', joined(client, server), 48)

export interface Lengths {
  mac: number
  key: number
  iv: number
}

export interface DirectionKeys {
  mac: Uint8Array
  key: Uint8Array
  iv: Uint8Array
}

/** The keys of both directions, the client's first (RFC 5246 section 6.3). `client` and `server` are the randoms. */
export const directionKeys = (
  ciphers: Ciphers,
  hash: PrfHash,
  master: Uint8Array,
  client: Uint8Array,
  server: Uint8Array,
  lengths: Lengths,
): [DirectionKeys, DirectionKeys] => {
  const { mac, key, iv } = lengths
  const block = prf(ciphers, hash, master, 'key expansion', joined(server, client), 2 * (mac + key + iv))
  const keysOf = (side: number): DirectionKeys => ({
    mac: block.subarray(side * mac, (side + 1) * mac),
    key: block.subarray(2 * mac + side * key, 2 * mac + (side + 1) * key),
    iv: block.subarray(2 * (mac + key) + side * iv, 2 * (mac + key) + (side + 1) * iv),
  })
  return [keysOf(0), keysOf(1)]
}
