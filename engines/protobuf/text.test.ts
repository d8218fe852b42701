import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protobufText } from './text.ts'

const text = (hex: string) => {
  const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
  return protobufText(bytes, 0, bytes.length)
}

describe('a message without its schema', () => {
  it.each([
    ['', ''],
    ['08 9601', '1: 150'],
    ['08 ffffffffffffffffff01', '1: -1'],
    ['1207 74657374696e67', '2: "testing"'],
    ['1a03 089601', '3 {\n  1: 150\n}'],
    ['0d 00000040', '1: 1073741824 (2)'],
    ['09 000000000000f03f', '1: 4607182418800017408 (1)'],
    ['1202 fffe', '2: 0xfffe'],
    ['1200', '2: ""'],
    ['1a04 e284a2 41', '3: "™A"'],
  ])('%s', (hex, wanted) => expect(text(hex)).toBe(wanted))

  it.each(['00', '0b', '07', '12ff', '08', '08 ffffffffffffffffffff01', '0d 0000'])('%s is none', (hex) =>
    expect(text(hex)).toBeUndefined(),
  )

  it('has a bound of depth and fields, and never throws', () => {
    let nested = Buffer.from([8, 1])
    for (let i = 0; i < 40; i++) nested = Buffer.concat([Buffer.from([10, nested.length]), nested])
    expect(protobufText(nested, 0, nested.length)).toContain('0x')
    const many = Buffer.alloc(200_000, Buffer.from([8, 1]))
    expect(protobufText(many, 0, many.length)!.split('\n').length).toBeLessThan(6000)
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void protobufText(bytes, 0, bytes.length)))
  })
})
