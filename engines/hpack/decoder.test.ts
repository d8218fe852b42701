import { existsSync, globSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HpackDecoder, LARGEST_LIST } from './decoder.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const decode = (decoder: HpackDecoder, wire: Uint8Array) => decoder.decode(wire, 0, wire.length)
const read = (...blocks: string[]) => {
  const decoder = new HpackDecoder()
  return blocks.map((block) => decode(decoder, hex(block))).at(-1)!
}

const VECTORS = '../shared/corpus/files/hpack-test-case'
interface Story {
  cases: { seqno: number; wire: string; headers: Record<string, string>[] }[]
}

describe('the vectors of hpack-test-case', () => {
  it.skipIf(!existsSync(VECTORS))('pass whole (skipped without ../shared)', () => {
    const files = globSync(`${VECTORS}/*/story_*.json`)
    expect(files.length).toBe(168)
    for (const file of files) {
      let decoder = new HpackDecoder()
      for (const { seqno, wire, headers } of (JSON.parse(readFileSync(file, 'utf8')) as Story).cases) {
        const list = decode(decoder, hex(wire))
        const wanted = headers.flatMap((header) => Object.entries(header).flat())
        const got = list.headers.map((text) => Buffer.from(text, 'latin1').toString())
        expect([got, list.findings], `${file} ${seqno}`).toEqual([wanted, []])
        const saved = structuredClone(decoder.save())
        decoder = new HpackDecoder()
        decoder.load(saved)
      }
    }
  })
})

describe('a header block', () => {
  const cases: [string, string[], string[], string[]][] = [
    [
      'indexed and literal, with Huffman (RFC 7541 C.4.1)',
      ['828684418cf1e3c2e5f23a6ba0ab90f4ff'],
      [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'],
      [],
    ],
    ['never indexed (C.2.3)', ['100870617373776f726406736563726574'], ['password', 'secret'], []],
    ['index 0', ['80'], [], ['hpack-bad-index']],
    ['an index that nothing has', ['be'], [], ['hpack-bad-index']],
    ['what comes before an error', ['82be'], [':method', 'GET'], ['hpack-bad-index']],
    ['an integer without an end', ['ffffffffffffffffffff'], [], ['hpack-bad-integer']],
    ['an integer that is cut', ['ff'], [], ['hpack-bad-integer']],
    ['a string longer than its block', ['400a61'], [], ['hpack-bad-string']],
    ['EOS within a string', ['400161 84ffffffff'], [], ['hpack-bad-string']],
    ['padding of eight bits', ['400161 821fff'], [], ['hpack-bad-string']],
    ['an entry larger than the table empties it', ['21 4001610162', 'be'], [], ['hpack-bad-index']],
    ['a table made smaller forgets', ['4001610162', '20be'], [], ['hpack-bad-index']],
    ['after an error an index is not known, not wrong', ['4001610162', '80', 'be'], ['?', '?'], ['header-not-known']],
  ]
  it.each(cases)('%s', (_, blocks, headers, findings) => {
    expect(read(...blocks)).toEqual({ headers, findings })
  })

  it('keeps a bounded list, whatever its indices multiply', () => {
    const value = '61'.repeat(4000)
    const list = read(`400178 7fa11e ${value}`, 'be'.repeat(50_000))
    expect(list.findings).toEqual(['too-many-headers'])
    expect(list.headers.join('').length).toBeLessThan(LARGEST_LIST)
  })
})

describe('a connection joined in its middle', () => {
  it('says which headers it does not know, and counts from what it saw inserted', () => {
    const decoder = new HpackDecoder()
    decoder.forget()
    expect(decode(decoder, hex('82bebf')).headers).toEqual([':method', 'GET', '?', '?', '?', '?'])
    expect(decode(decoder, hex('4001610162 be bf')).headers).toEqual(['a', 'b', 'a', 'b', '?', '?'])
    expect(decode(decoder, hex('7f000163 be')).headers).toEqual(['?', 'c', '?', 'c'])
    expect(decode(decoder, hex('203fe11f 4001640165 be')).headers).toEqual(['d', 'e', 'd', 'e'])
    expect(decode(decoder, hex('bf')).findings).toEqual(['hpack-bad-index'])
  })

  it.skipIf(!existsSync(VECTORS))('gives never a wrong header, from any block on (skipped without ../shared)', () => {
    let known = 0
    for (const file of globSync(`${VECTORS}/{nghttp2,go-hpack}/story_2*.json`)) {
      const { cases } = JSON.parse(readFileSync(file, 'utf8')) as Story
      for (let from = 1; from < cases.length; from += 7) {
        const decoder = new HpackDecoder()
        decoder.forget()
        for (const { wire, headers } of cases.slice(from)) {
          const wanted = headers.flatMap((header) => Object.entries(header).flat())
          const { headers: got } = decode(decoder, hex(wire))
          expect(got.length).toBe(wanted.length)
          got.forEach((text, i) => {
            if (text !== '?') expect(text).toBe(wanted[i])
            else known--
            known++
          })
        }
      }
    }
    expect(known).toBeGreaterThan(1000)
  })
})

describe('any bytes', () => {
  it('never throw, and the table stays within its bound', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (blocks) => {
        const decoder = new HpackDecoder()
        for (const block of blocks) decode(decoder, block)
        expect(decoder.save().entries.join('').length).toBeLessThan(2 ** 19)
      }),
    )
  })
})
