import { createHash, createHmac } from 'node:crypto'

export type Hash = 'sha256' | 'sha384'
export const HASHES: readonly Hash[] = ['sha256', 'sha384']
export const sizeOf = (hash: Hash): number => (hash === 'sha256' ? 32 : 48)

/** HKDF-Extract (RFC 5869, 2.2). */
export const extract = (hash: Hash, salt: Uint8Array, input: Uint8Array): Buffer => createHmac(hash, salt).update(input).digest()

/** HKDF-Expand-Label (RFC 8446, 7.1), as long as the hash is: one round of HKDF-Expand. */
export function expandLabel(hash: Hash, secret: Uint8Array, label: string, context: Uint8Array): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1')
  const head = Buffer.from([0, sizeOf(hash), name.length])
  return createHmac(hash, secret)
    .update(Buffer.concat([head, name, Buffer.from([context.length]), context, Buffer.from([1])]))
    .digest()
}

/** The early secret (RFC 8446, 7.1) of a session that begins with this pre-shared key; without one, with none. */
export const earlyOf = (hash: Hash, key: Uint8Array = Buffer.alloc(sizeOf(hash))): Buffer => extract(hash, Buffer.alloc(sizeOf(hash)), key)

/** The master secret that follows from a handshake secret (RFC 8446, 7.1). */
export function masterOf(hash: Hash, handshakeSecret: Uint8Array): Buffer {
  const derived = expandLabel(hash, handshakeSecret, 'derived', createHash(hash).digest())
  return extract(hash, derived, Buffer.alloc(sizeOf(hash)))
}
