import { fromLatin1 } from '../bytes/text.ts'
import type { Ciphers, HashName } from './ciphers.ts'

const NONE: Uint8Array = new Uint8Array(0)

/** HKDF-Expand-Label (RFC 8446 section 7.1). `length` is at most 255. */
export const expandLabel = (
  ciphers: Pick<Ciphers, 'hmac'>,
  hash: HashName,
  secret: Uint8Array,
  label: string,
  length: number,
  context = NONE,
): Uint8Array => {
  const name = fromLatin1(`tls13 ${label}`)
  const info = new Uint8Array(name.length + context.length + 5)
  info[1] = length
  info[2] = name.length
  info.set(name, 3)
  info[name.length + 3] = context.length
  info.set(context, name.length + 4)
  info[info.length - 1] = 1 // HKDF-Expand's counter (RFC 5869 section 2.3)
  const digest = ciphers.hmac(hash, secret)
  const out = new Uint8Array(length)
  let block = digest([info])
  for (let at = 0; ; ) {
    out.set(block.subarray(0, length - at), at)
    at += block.length
    if (at >= length) return out
    info[info.length - 1]++
    block = digest([block, info])
  }
}

/** A direction's key and initial vector from its traffic secret (RFC 8446 section 7.3). */
export const trafficKeys = (
  ciphers: Pick<Ciphers, 'hmac'>,
  hash: HashName,
  secret: Uint8Array,
  keyLength: number,
): { key: Uint8Array; iv: Uint8Array } => ({
  key: expandLabel(ciphers, hash, secret, 'key', keyLength),
  iv: expandLabel(ciphers, hash, secret, 'iv', 12),
})

/** The traffic secret behind a KeyUpdate (RFC 8446 section 7.2). */
export const nextSecret = (ciphers: Pick<Ciphers, 'hmac'>, hash: HashName, secret: Uint8Array): Uint8Array =>
  expandLabel(ciphers, hash, secret, 'traffic upd', secret.length)

/** The client early traffic secret (RFC 8446 section 7.1) from the early secret and the hash of the ClientHello. */
export const earlyTrafficSecret = (ciphers: Pick<Ciphers, 'hmac'>, hash: HashName, secret: Uint8Array, helloHash: Uint8Array): Uint8Array =>
  expandLabel(ciphers, hash, secret, 'c e traffic', secret.length, helloHash)
