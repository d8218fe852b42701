import type { OpenAead } from '#engines/tls/ciphers.ts'
import { openssl } from './openssl.ts'

/** EVP_CTRL_AEAD_SET_TAG of OpenSSL's evp.h, which never changes. */
const SET_TAG = 0x11
/** Contexts that are kept with their key; whoever comes back to another's sets its key anew. */
const MOST_CONTEXTS = 512
const CIPHERS: Readonly<Record<string, string>> = {
  'aes-128-gcm': 'EVP_aes_128_gcm',
  'aes-256-gcm': 'EVP_aes_256_gcm',
  'chacha20-poly1305': 'EVP_chacha20_poly1305',
}

type Pointer = unknown
type Bytes = Uint8Array | Int32Array | null
interface Evp {
  make(): Pointer
  init(context: Pointer, cipher: Pointer, engine: null, key: Bytes, iv: Bytes): number
  update(context: Pointer, out: Bytes, length: Bytes, input: Bytes, inputLength: number): number
  final(context: Pointer, out: Bytes, length: Bytes): number
  control(context: Pointer, type: number, argument: number, data: Bytes): number
  ciphers: ReadonlyMap<string, Pointer>
}

interface Slot {
  context: Pointer
  owner: object | undefined
}

/**
 * AEADs by the OpenSSL that is part of Node, called without the objects that node:crypto makes for each record: a fifth of its time.
 * Undefined: this Node does not show its OpenSSL, or calls of native libraries are not installed.
 */
export const loadNativeAead = (): ((name: string, key: Uint8Array, tagLength: number) => OpenAead | undefined) | undefined => {
  const evp = loadEvp()
  if (evp === undefined) return undefined
  const slots: Slot[] = []
  let next = 0
  const take = (owner: object): Slot => {
    const slot = slots[next] ?? { context: evp.make(), owner: undefined }
    slots[next] = slot
    slot.owner = owner
    next = (next + 1) % MOST_CONTEXTS
    return slot
  }
  return (name, key, tagLength) => {
    const cipher = evp.ciphers.get(name)
    if (cipher === undefined) return undefined
    const owner = {}
    const length = new Int32Array(1)
    let slot: Slot | undefined
    return (nonce, additional, sealed, start, size, room) => {
      let ready = 0
      if (slot?.owner === owner) ready = evp.init(slot.context, null, null, null, nonce)
      else {
        slot = take(owner)
        ready = evp.init(slot.context, cipher, null, key, nonce)
      }
      const { context } = slot
      const end = start + size
      if (ready !== 1 || size > room.length || end + tagLength > sealed.length) return undefined
      evp.control(context, SET_TAG, tagLength, sealed.subarray(end, end + tagLength))
      evp.update(context, null, length, additional, additional.length)
      if (size > 0) evp.update(context, room, length, start === 0 ? sealed : sealed.subarray(start, end), size)
      return evp.final(context, room, length) === 1 ? room : undefined
    }
  }
}

const loadEvp = (): Evp | undefined => {
  try {
    const library = openssl()
    if (library === undefined) return undefined
    const names = Object.entries(CIPHERS)
    return {
      make: library.func('EVP_CIPHER_CTX_new', 'void*', []),
      init: library.func('EVP_DecryptInit_ex', 'int', ['void*', 'void*', 'void*', 'void*', 'void*']),
      update: library.func('EVP_DecryptUpdate', 'int', ['void*', 'void*', 'void*', 'void*', 'int']),
      final: library.func('EVP_DecryptFinal_ex', 'int', ['void*', 'void*', 'void*']),
      control: library.func('EVP_CIPHER_CTX_ctrl', 'int', ['void*', 'int', 'int', 'void*']),
      ciphers: new Map(names.map(([name, symbol]) => [name, library.func(symbol, 'void*', [])() as Pointer])),
    }
  } catch {
    return undefined // its symbols are hidden: node:crypto is there
  }
}
