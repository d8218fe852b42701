import { createHash } from 'node:crypto'
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from './codecs.ts'
import { loadNativeSha256 } from './native-sha256.ts'
import { loadWasmSha256 } from './wasm-sha256.ts'

const codecs = await loadCodecs()
const LIMIT = 1_000_000
const text = Buffer.from('one two three four five six seven eight nine ten '.repeat(40))
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const undo = (coding: string, bytes: Uint8Array, limit = LIMIT) => Buffer.from(codecs.decoder(coding)!(bytes, limit))

const compressors: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: gzipSync,
  'x-gzip': gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
}

describe.each(Object.keys(compressors))('%s', (coding) => {
  it('gives back what was compressed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3000 }), (bytes) => {
        expect(undo(coding, compressors[coding](bytes))).toEqual(Buffer.from(bytes))
      }),
      { numRuns: 50 },
    )
  })

  it('refuses what would exceed the limit', () => {
    const bytes = compressors[coding](text)
    expect(undo(coding, bytes, text.length)).toEqual(text)
    expect(() => undo(coding, bytes, text.length - 1)).toThrow(RangeError)
    expect(() => undo(coding, compressors[coding](new Uint8Array(500_000)), 1000)).toThrow(RangeError)
  })

  it('tells what it could undo of data that end too early', () => {
    const bytes = compressors[coding](Buffer.concat([text, Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) >> 3))]))
    try {
      undo(coding, bytes.subarray(0, bytes.length - 12))
      expect.unreachable()
    } catch (error) {
      expect(error).not.toBeInstanceOf(RangeError)
      const { decoded } = error as { decoded: Uint8Array | undefined }
      expect(decoded!.length).toBeGreaterThan(0)
      expect(Buffer.from(decoded!).subarray(0, text.length)).toEqual(text.subarray(0, decoded!.length))
    }
  })

  it('throws an Error, and nothing else, for anything', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(), (bytes, at) => {
        const damaged = compressors[coding](text).slice()
        damaged[at % damaged.length] ^= 0x55
        for (const input of [bytes, damaged]) {
          try {
            undo(coding, input)
          } catch (error) {
            expect(error).toBeInstanceOf(Error)
          }
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('gzip', () => {
  const withName = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.from('name\0'), gzipSync(text).subarray(10)])
  it.each([
    ['two members', Buffer.concat([gzipSync(text), gzipSync('more')]), Buffer.concat([text, Buffer.from('more')])],
    ['two members that are the same', Buffer.concat([gzipSync(text), gzipSync(text)]), Buffer.concat([text, text])],
    ['a header with a name', withName, text],
    ['nothing', gzipSync(''), Buffer.alloc(0)],
  ])('undoes %s', (_, bytes, expected) => expect(undo('gzip', bytes)).toEqual(expected))

  it('sees a wrong checksum', () => {
    const bytes = gzipSync(text)
    bytes[bytes.length - 8] ^= 1
    expect(() => undo('gzip', bytes)).toThrow()
  })
})

describe('deflate', () => {
  it('is undone with and without the zlib header', () => {
    expect(undo('deflate', deflateSync(text))).toEqual(text)
    expect(undo('deflate', deflateRawSync(text))).toEqual(text)
  })
})

describe('raw deflate', () => {
  const first = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH })
  const again = deflateRawSync(text, { finishFlush: constants.Z_SYNC_FLUSH, dictionary: text })
  it('is undone without its end, and behind what it goes on from', () => {
    expect(Buffer.from(codecs.inflateRaw(first, new Uint8Array(0), LIMIT))).toEqual(text)
    expect(Buffer.from(codecs.inflateRaw(again, text, LIMIT))).toEqual(text)
    expect(again.length).toBeLessThan(first.length)
  })
  it('is refused without what it goes on from, and beyond the limit', () => {
    expect(() => codecs.inflateRaw(again, new Uint8Array(0), LIMIT)).toThrow()
    expect(() => codecs.inflateRaw(first, new Uint8Array(0), text.length - 1)).toThrow(RangeError)
  })
})

it('knows no other coding', () => {
  for (const coding of ['compress', 'identity', 'constructor', '']) expect(codecs.decoder(coding)).toBeUndefined()
})

describe('digest', async () => {
  const [native, wasm] = [loadNativeSha256()!, await loadWasmSha256()]
  expect(native, "Node's OpenSSL is there").toBeDefined()

  it.each([
    ['native', native, native],
    ['in WebAssembly', wasm, wasm],
    ['native, then in WebAssembly', native, wasm],
    ['in WebAssembly, then native', wasm, native],
  ])('%s is that of Node, however the bytes are cut, interleaved with another, saved and loaded', (_, first, second) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 6 }), fc.nat(6), (pieces, at) => {
        let [one, other] = [first(), first()]
        pieces.forEach((piece, i) => {
          if (i === at) [one, other] = [second(structuredClone(one.save())), second(other.save())]
          one.update(piece)
          other.update(piece.slice(1))
        })
        expect(one.hex()).toBe(sha256(Buffer.concat(pieces)))
        expect(other.hex()).toBe(sha256(Buffer.concat(pieces.map((piece) => piece.slice(1)))))
        expect(one.hex()).toBe(sha256(Buffer.concat(pieces)))
        expect(codecs.sha256(Buffer.concat(pieces))).toBe(one.hex())
      }),
      { numRuns: 100 },
    )
  })

  it('counts bytes beyond four gigabits', () => {
    const piece = new Uint8Array(64 << 20)
    const truth = createHash('sha256')
    let one = native()
    for (let i = 0; i < 9; i++) {
      truth.update(piece)
      one.update(piece)
      one = native(one.save())
    }
    expect(one.hex()).toBe(truth.digest('hex'))
  })
})
