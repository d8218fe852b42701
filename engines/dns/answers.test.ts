import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dnsAnswers } from './answers.ts'

const word = (value: number) => [value >>> 8, value & 255]
const name = (text: string) => [...text.split('.').flatMap((part) => [part.length, ...new TextEncoder().encode(part)]), 0]
const record = (owner: number[], type: number, data: number[], ttl = 300, kind = 1) => [
  ...owner,
  ...word(type),
  ...word(kind),
  ...word(0),
  ...word(ttl),
  ...word(data.length),
  ...data,
]
const message = (flags: number, questions: number[][], answers: number[][]) =>
  Uint8Array.from([
    ...word(7),
    ...word(flags),
    ...word(questions.length),
    ...word(answers.length),
    ...word(0),
    ...word(0),
    ...questions.flat(),
    ...answers.flat(),
  ])
const question = (text: string, type = 1) => [...name(text), ...word(type), ...word(1)]
const read = (bytes: Uint8Array) => dnsAnswers(bytes, 0, bytes.length)

const RESPONSE = 0x8180
const ASKED = [0xc0, 12]

describe('DNS answers', () => {
  it.each<[string, Uint8Array, unknown[]]>([
    [
      'an A record',
      message(RESPONSE, [question('Orders.Example')], [record(ASKED, 1, [10, 2, 0, 7])]),
      [{ ip: '10.2.0.7', name: 'orders.example', ttl: 300 }],
    ],
    [
      'an AAAA record',
      message(RESPONSE, [question('a.example', 28)], [record(ASKED, 28, [0xfd, ...new Array(14).fill(0), 1])]),
      [{ ip: 'fd00::1', name: 'a.example', ttl: 300 }],
    ],
    [
      'an alias: the name that was asked',
      message(RESPONSE, [question('www.example')], [record(ASKED, 5, name('lb.example')), record(name('lb.example'), 1, [1, 2, 3, 4])]),
      [{ ip: '1.2.3.4', name: 'www.example', ttl: 300 }],
    ],
    [
      'mDNS: no question, the cache-flush bit',
      message(0x8400, [], [record(name('printer.local'), 1, [192, 168, 0, 9], 120, 0x8001)]),
      [{ ip: '192.168.0.9', name: 'printer.local', ttl: 120 }],
    ],
    [
      'control characters',
      message(RESPONSE, [question('a\u001b[0m.example')], [record(ASKED, 1, [1, 1, 1, 1])]),
      [{ ip: '1.1.1.1', name: 'a\\027[0m.example', ttl: 300 }],
    ],
    ['a question', message(0x0100, [question('a.example')], []), []],
    ['an error', message(0x8183, [question('a.example')], [record(ASKED, 1, [1, 1, 1, 1])]), []],
    ['another class', message(RESPONSE, [question('a.example')], [record(ASKED, 1, [1, 1, 1, 1], 300, 3)]), []],
    ['a pointer to itself', message(RESPONSE, [[0xc0, 12, 0, 1, 0, 1]], [record(ASKED, 1, [1, 1, 1, 1])]), []],
    ['a pointer forward', message(RESPONSE, [[0xc0, 40, 0, 1, 0, 1]], [record(ASKED, 1, [1, 1, 1, 1])]), []],
  ])('reads %s', (_, bytes, expected) => {
    expect(read(bytes)).toEqual(expected)
  })

  it('gives what comes before the cut', () => {
    const bytes = message(RESPONSE, [question('a.example')], [record(ASKED, 1, [1, 1, 1, 1]), record(ASKED, 1, [2, 2, 2, 2])])
    const counts = Array.from({ length: bytes.length + 1 }, (_, end) => dnsAnswers(bytes, 0, end).length)
    expect([...new Set(counts)]).toEqual([0, 1, 2])
    expect(counts.at(-2)).toBe(1)
  })

  it('reads inside other bytes', () => {
    const bytes = message(RESPONSE, [question('a.example')], [record(ASKED, 1, [1, 1, 1, 1])])
    const around = Uint8Array.from([9, 9, 9, ...bytes, 9, 9])
    expect(dnsAnswers(around, 3, 3 + bytes.length)).toEqual(read(bytes))
  })

  it('ends on any bytes, with few answers and no byte from outside', () => {
    const valid = message(RESPONSE, [question('a.example')], [record(ASKED, 5, name('b.example')), record(ASKED, 1, [1, 1, 1, 1])])
    const bent = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = valid.slice()
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), bent), (bytes) => {
        const answers = read(bytes)
        expect(answers.length).toBeLessThanOrEqual(256)
        for (const answer of answers) expect(answer.name).toMatch(/^[\x21-\x7e]{1,1020}$/)
      }),
      { numRuns: 2000 },
    )
  })
})
