import {
  type CipherGCMTypes,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  type DecipherGCM,
  getCiphers,
  hash,
} from 'node:crypto'
import type { Ciphers, OpenAead } from '#engines/tls/ciphers.ts'
import { loadNativeAead } from './native-aead.ts'

const known = new Set(getCiphers())

/** A key is made a key object once: a decipher that is given the bytes of its key instead takes four times as long to make. */
const openByNode = (name: string, bytes: Uint8Array, tagLength: number): OpenAead => {
  const key = createSecretKey(bytes)
  const usual = { authTagLength: tagLength }
  const isCcm = name.endsWith('ccm')
  return (nonce, additional, sealed, start, length) => {
    // Types are those of GCM; the others have the same methods.
    const decipher = createDecipheriv(name as CipherGCMTypes, key, nonce, usual) as DecipherGCM
    decipher.setAuthTag(sealed.subarray(start + length, start + length + tagLength))
    decipher.setAAD(additional, isCcm ? { plaintextLength: length } : undefined)
    try {
      const plain = decipher.update(sealed.subarray(start, start + length))
      decipher.final()
      return plain
    } catch {
      return undefined // the tag does not fit: that is the answer
    }
  }
}

let native: ReturnType<typeof loadNativeAead>

/** The primitives of TLS from Node. */
export const ciphers: Ciphers = {
  aead(name, key, tagLength) {
    if (!known.has(name)) return undefined
    // Not before somebody needs it: most processes never do.
    native ??= loadNativeAead() ?? (() => undefined)
    return native(name, key, tagLength) ?? openByNode(name, key, tagLength)
  },
  block(name, bytes) {
    if (!known.has(name)) return undefined
    const key = createSecretKey(bytes)
    return (iv, blocks) => createDecipheriv(name, key, iv).setAutoPadding(false).update(blocks)
  },
  hmac(name, bytes) {
    const key = createSecretKey(bytes)
    return (parts) => {
      const hmac = createHmac(name, key)
      for (const part of parts) hmac.update(part)
      return hmac.digest()
    }
  },
  hash: (name) => (parts) => {
    if (parts.length === 1) return hash(name, parts[0], 'buffer')
    const digest = createHash(name)
    for (const part of parts) digest.update(part)
    return digest.digest()
  },
}
