import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto'

const CIPHER = 'aes-256-gcm'
const IV = 12
const TAG = 16
/** Bytes of a key. */
export const KEY_BYTES = 32

/** Seals what lies at rest: AES-256-GCM (NIST SP 800-38D), a random IV each time, bound to the name it lies under. */
export class Seal {
  /** Bytes instead would cost Node five times as much, each time. */
  readonly #key: KeyObject

  /** Throws when the key has not `KEY_BYTES`. */
  constructor(key: Uint8Array) {
    if (key.length !== KEY_BYTES) throw new Error(`a key has ${KEY_BYTES} bytes, this one has ${key.length}`)
    this.#key = createSecretKey(key)
  }

  close(name: string, plain: Uint8Array): Uint8Array {
    const iv = randomBytes(IV)
    const cipher = createCipheriv(CIPHER, this.#key, iv).setAAD(Buffer.from(name))
    return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }

  /** What was sealed under this name; undefined when it was sealed with another key, under another name, or changed since. */
  open(name: string, sealed: Uint8Array): Uint8Array | undefined {
    if (sealed.length < IV + TAG) return undefined
    const end = sealed.length - TAG
    const decipher = createDecipheriv(CIPHER, this.#key, sealed.subarray(0, IV), { authTagLength: TAG })
    decipher.setAAD(Buffer.from(name)).setAuthTag(sealed.subarray(end))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(IV, end)), decipher.final()])
    } catch {
      return undefined // the tag does not fit: that is the answer, and Node has no other way to say it
    }
  }
}
