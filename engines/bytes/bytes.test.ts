import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { methods, plain } from './buffer.ts'
import { copy, copyOf } from './copy.ts'
import { u16be, u16le, u24be, u32be, u32le, writeU16be, writeU16le, writeU32be, writeU32le } from './numbers.ts'
import { equals, indexOf, indexOfBytes } from './search.ts'
import { fromLatin1, fromUtf8, latin1, utf8 } from './text.ts'

const region = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.nat(300), fc.nat(300)).map(([bytes, a, b]) => {
  const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y)
  return { bytes, start, end }
})

describe('a copy', () => {
  it('has memory of its own, also of a Buffer, whose slice has not', () => {
    for (const bytes of [Uint8Array.from([1, 2, 3, 4]), Buffer.from([1, 2, 3, 4])]) {
      const kept = copyOf(bytes, 1, 3)
      bytes.fill(9)
      expect([...kept]).toEqual([2, 3])
    }
  })
})

describe('text', () => {
  it('turns bytes to latin-1 and back', () => {
    fc.assert(
      fc.property(region, ({ bytes, start, end }) => {
        expect(fromLatin1(latin1(bytes, start, end))).toEqual(bytes.slice(start, end))
      }),
    )
  })

  it('reads UTF-8 and marks what is not', () => expect(utf8(Uint8Array.of(0x61, 0xc3, 0xa9, 0xff), 0, 4)).toBe('aé\ufffd'))
})

describe('UTF-8 written', () => {
  it('is what was read, up to a limit in whole characters, also in the browser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(120), (text, limit) => {
        expect(fromUtf8(text)).toEqual(new Uint8Array(Buffer.from(text)))
        const some = fromUtf8(text, limit)
        expect(Buffer.from(text).subarray(0, some.length)).toEqual(Buffer.from(some))
        const room = new Uint8Array(limit)
        expect(room.slice(0, plain.utf8Write.call(room, text, 0, limit))).toEqual(some)
      }),
    )
    expect(fromUtf8('é'.repeat(10_000))).toHaveLength(20_000)
    expect(fromUtf8('aé', 2)).toHaveLength(1)
  })
})

describe('search', () => {
  it('finds a byte only between start and end', () => {
    fc.assert(
      fc.property(region, fc.nat(255), ({ bytes, start, end }, byte) => {
        const found = bytes.slice(start, end).indexOf(byte)
        expect(indexOf(bytes, byte, start, end)).toBe(found < 0 ? -1 : start + found)
      }),
    )
  })

  it('finds a sequence that lies whole between start and end', () => {
    const bytes = fromLatin1('one\r\n\r\ntwo')
    const gap = fromLatin1('\r\n\r\n')
    expect(indexOfBytes(bytes, gap, 0, bytes.length)).toBe(3)
    expect(indexOfBytes(bytes, gap, 0, 6)).toBe(-1)
    expect(indexOfBytes(bytes, gap, 4, bytes.length)).toBe(-1)
    expect(equals(bytes, 3, 7, gap)).toBe(true)
    expect(equals(bytes, 3, 6, gap)).toBe(false)
  })
})

describe('the browser stand-in', () => {
  it('answers as Buffer does', () => {
    fc.assert(
      fc.property(region, fc.uint8Array({ maxLength: 2, minLength: 1 }), ({ bytes, start, end }, wanted) => {
        expect(plain.latin1Slice.call(bytes, start, end)).toBe(methods.latin1Slice.call(bytes, start, end))
        expect(plain.utf8Slice.call(Uint8Array.of(0xc3, 0xa9), 0, 2)).toBe('é')
        expect(plain.indexOf.call(bytes, wanted[0], start)).toBe(methods.indexOf.call(bytes, wanted[0], start))
        if (start < bytes.length) expect(plain.indexOf.call(bytes, wanted, start)).toBe(methods.indexOf.call(bytes, wanted, start))
        const written = new Uint8Array(bytes.length)
        plain.latin1Write.call(written, latin1(bytes, 0, bytes.length), 0, bytes.length)
        expect(written).toEqual(bytes)
        const copied = [new Uint8Array(303), new Uint8Array(303)]
        plain.copy.call(bytes, copied[0], 3, start, end)
        copy(bytes, start, end, copied[1], 3)
        expect(copied[0]).toEqual(copied[1])
        expect(copied[0].slice(3, 3 + end - start)).toEqual(bytes.slice(start, end))
      }),
    )
  })
})

describe('numbers', () => {
  it('reads in both orders what it writes', () => {
    const bytes = new Uint8Array(12)
    writeU16be(bytes, 0, 0xfedc)
    writeU32be(bytes, 2, 0xfedcba98)
    writeU16le(bytes, 6, 0xfedc)
    writeU32le(bytes, 8, 0xfedcba98)
    expect([u16be(bytes, 0), u32be(bytes, 2), u16le(bytes, 6), u32le(bytes, 8)]).toEqual([0xfedc, 0xfedcba98, 0xfedc, 0xfedcba98])
    expect(u24be(bytes, 2)).toBe(0xfedcba)
    expect(u32be(Uint8Array.of(1), 0)).toBe(0x01000000)
  })
})
