import { type CipherGCMTypes, createCipheriv, createHmac, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fromHex, hex } from '#engines/bytes/hex.ts'
import { trafficKeys } from '#engines/tls/keys13.ts'
import { Rc4 } from '#engines/tls/rc4.ts'
import { ciphers } from './ciphers.ts'
import { loadNativeAead } from './native-aead.ts'

const AEADS: [string, number, number][] = [
  ['aes-128-gcm', 16, 16],
  ['aes-256-gcm', 32, 16],
  ['chacha20-poly1305', 32, 16],
  ['aes-128-ccm', 16, 16],
  ['aes-256-ccm', 32, 8],
  ['aria-128-gcm', 16, 16],
]
const sealed = (name: string, key: Uint8Array, nonce: Uint8Array, additional: Uint8Array, plain: Uint8Array, tagLength: number): Buffer => {
  const cipher = createCipheriv(name as CipherGCMTypes, key, nonce, { authTagLength: tagLength })
  cipher.setAAD(additional, { plaintextLength: plain.length } as never)
  return Buffer.concat([Buffer.from('head'), cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

describe.each(AEADS)('%s', (name, keyLength, tagLength) => {
  it.each([0, 1, 1600, 16_384])('opens %d bytes, and only those that were sealed', (size) => {
    const [key, nonce, additional, plain] = [keyLength, 12, 5, size].map((length) => randomBytes(length))
    const bytes = sealed(name, key, nonce, additional, plain, tagLength)
    const open = ciphers.aead(name, key, tagLength)!
    const room = new Uint8Array(16_384)
    expect(hex(open(nonce, additional, bytes, 4, size, room)!, 0, size)).toBe(hex(plain))
    for (const at of [4, bytes.length - 1]) {
      bytes[at] ^= 1
      expect(open(nonce, additional, bytes, 4, size, room)).toBeUndefined()
      bytes[at] ^= 1
    }
    expect(open(randomBytes(12), additional, bytes, 4, size, room)).toBeUndefined()
    expect(hex(open(nonce, additional, bytes, 4, size, room)!, 0, size)).toBe(hex(plain))
  })
})

it("opens by Node's own OpenSSL, with more keys in turn than there are contexts", () => {
  const native = loadNativeAead()!
  const [nonce, additional, plain, room] = [randomBytes(12), randomBytes(13), randomBytes(100), new Uint8Array(100)]
  const all = Array.from({ length: 700 }, (_, index) => {
    const [name, length] = AEADS[index % 3]
    const key = randomBytes(length)
    return { open: native(name, key, 16)!, bytes: sealed(name, key, nonce, additional, plain, 16) }
  })
  for (let round = 0; round < 2; round++)
    for (const { open, bytes } of all) expect(hex(open(nonce, additional, bytes, 4, 100, room)!)).toBe(hex(plain))
  expect(native('aes-128-ccm', randomBytes(16), 16)).toBeUndefined()
})

it('has no ciphers that the runtime has not', () => {
  expect(ciphers.aead('aes-128-none', new Uint8Array(16), 16)).toBeUndefined()
  expect(ciphers.block('seed-none', new Uint8Array(16))).toBeUndefined()
})

it('digests parts as one', () => {
  const key = randomBytes(20)
  expect(hex(ciphers.hmac('sha256', key)([Buffer.from('one'), Buffer.from('two')]))).toBe(
    createHmac('sha256', key).update('onetwo').digest('hex'),
  )
})

it('makes the keys of RFC 8448 section 3', () => {
  const secret = fromHex('b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38')!
  const { key, iv } = trafficKeys(ciphers, 'sha256', secret, 16)
  expect([hex(key), hex(iv)]).toEqual(['3fce516009c21727d0f2e4e86ee403bc', '5d313eb2671276ee13000b30'])
})

it('makes the key stream of RFC 6229', () => {
  expect(hex(new Rc4(fromHex('0102030405060708090a0b0c0d0e0f10')!).take(16))).toBe('9ac7cc9a609d1ef7b2932899cde41b97')
})
