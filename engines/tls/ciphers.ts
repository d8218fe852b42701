export type HashName = 'md5' | 'sha1' | 'sha256' | 'sha384'

/**
 * Opens what was sealed (RFC 5116): `bytes` from `start` on are `length` bytes of ciphertext and then the tag. Undefined: the tag does
 * not fit. The content is at the front of what it gives: `room`, which has the room, or memory of its own.
 */
export type OpenAead = (
  nonce: Uint8Array,
  additional: Uint8Array,
  bytes: Uint8Array,
  start: number,
  length: number,
  room: Uint8Array,
) => Uint8Array | undefined

/** Deciphers whole blocks, chained from `iv` on; padding stays. */
export type DecipherBlocks = (iv: Uint8Array, bytes: Uint8Array) => Uint8Array

/** Digest of all parts, one behind the other. */
export type Digest = (parts: readonly Uint8Array[]) => Uint8Array

/** The primitives that TLS stands on, from the runtime. Ciphers go by OpenSSL's names (`aes-128-gcm`, `des-ede3-cbc`); undefined: the runtime has not got it. */
export interface Ciphers {
  aead(name: string, key: Uint8Array, tagLength: number): OpenAead | undefined
  block(name: string, key: Uint8Array): DecipherBlocks | undefined
  hmac(name: HashName, key: Uint8Array): Digest
  hash(name: HashName): Digest
}
