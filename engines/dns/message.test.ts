import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLinear } from '../linear.case.ts'
import { ANSWER, ASK, ASKED, long, message, name, question, record, strings, word } from './build.case.ts'
import { readMessage, responseCodeOf } from './message.ts'
import { isMessage } from './plausible.ts'

const read = (bytes: Uint8Array) => readMessage(bytes, 0, bytes.length)
const dataOf = (type: number, data: number[], kind = 1): string | undefined =>
  read(message(ANSWER, { questions: [question('a.example')], answers: [record(ASKED, type, data, 300, kind)] })).answers[0].data

const IPV6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
const SERVICE = [
  ...[...word(1), ...name('')],
  ...[...word(1), ...word(6), ...strings('h2', 'h3')],
  ...[...word(3), ...word(2), ...word(8443)],
  ...[...word(4), ...word(4), 1, 2, 3, 4],
  ...[...word(6), ...word(16), ...IPV6],
  ...[...word(9999), ...word(2), 0xab, 0xcd],
]

describe('data of records', () => {
  it.each<[string, number, number[], string | undefined]>([
    ['A', 1, [10, 2, 0, 7], '10.2.0.7'],
    ['AAAA', 28, IPV6, '2001:db8::1'],
    ['CNAME, compressed', 5, [3, ...Buffer.from('WWW'), ...ASKED], 'www.a.example'],
    ['NS', 2, name('ns.example'), 'ns.example'],
    ['PTR to the root', 12, [0], '.'],
    ['MX', 15, [...word(10), ...name('mx.example')], '10 mx.example'],
    ['SRV', 33, [...word(1), ...word(2), ...word(443), ...name('s.example')], '1 2 443 s.example'],
    ['SOA', 6, [...name('ns'), ...name('box'), ...[1, 2, 3, 4, 0xffffffff].flatMap(long)], 'ns box 1 2 3 4 4294967295'],
    ['TXT', 16, strings('v=1 "x"', '\u0001\u00e9'), '"v=1 \\"x\\"" "\\001\\233"'],
    ['CAA', 257, [0, ...strings('issue'), ...Buffer.from('ca.example')], '0 issue "ca.example"'],
    ['URI', 256, [...word(1), ...word(2), ...Buffer.from('https://a')], '1 2 "https://a"'],
    ['DS', 43, [...word(1), 8, 2, 0xaa, 0xbb], '1 8 2 aabb'],
    ['DNSKEY', 48, [...word(257), 3, 8, 1, 2], '257 3 8 0102'],
    ['HTTPS', 65, SERVICE, '1 . alpn=h2,h3 port=8443 ipv4hint=1.2.3.4 ipv6hint=2001:db8::1 key9999=abcd'],
    ['SVCB without parameters', 64, [...word(0), ...name('b.example')], '0 b.example'],
    ['an unknown type', 65280, [1, 2, 255], '\\# 3 0102ff'],
    ['an unknown type, empty', 65280, [], '\\# 0'],
    ['A that is too short', 1, [1, 2], undefined],
    ['MX with bytes behind', 15, [...word(10), ...name('mx'), 9], undefined],
    ['TXT that is cut', 16, [9, 65], undefined],
    ['HTTPS whose parameter is cut', 65, [...word(1), 0, ...word(1), ...word(9), 1], undefined],
  ])('%s', (_, type, data, expected) => expect(dataOf(type, data)).toBe(expected))
})

describe('a message', () => {
  it('has sections, flags and EDNS', () => {
    const opt = record([0], 41, [...word(10), ...word(2), 0xaa, 0xbb], 0x01008000, 1232)
    const bytes = message(0x8583, {
      questions: [question('A.Example', 28)],
      authorities: [record(ASKED, 2, name('n'))],
      additionals: [opt],
    })
    const { edns, authorities, ...rest } = read(bytes)
    expect(rest).toMatchObject({ id: 7, questions: [{ name: 'a.example', type: 28, class: 1 }], length: bytes.length, error: undefined })
    expect(authorities).toMatchObject([{ name: 'a.example', data: 'n' }])
    expect(edns).toEqual({ size: 1232, version: 0, extendedCode: 1, dnssec: true, options: [{ code: 'COOKIE', data: 'aabb' }] })
    expect(responseCodeOf(read(bytes))).toBe(19)
  })

  it.each<[string, Uint8Array, string | undefined, number]>([
    ['cut in its header', message(ASK, {}).subarray(0, 9), 'cut', 9],
    ['without its question', message(ASK, { questions: [question('a')] }).subarray(0, 12), 'cut', 12],
    ['cut in a name', message(ASK, { questions: [question('a.example')] }).subarray(0, 18), 'cut', 12],
    ['with a pointer to itself', message(ASK, { questions: [[0xc0, 12, 0, 1, 0, 1]] }), 'bad-name', 12],
    ['with a pointer forward', message(ASK, { questions: [[0xc0, 40, 0, 1, 0, 1]] }), 'bad-name', 12],
    ['with a label of an unknown kind', message(ASK, { questions: [[0x41, 1, 0, 0, 1, 0, 1]] }), 'bad-name', 12],
    ['with a name of 256 bytes', message(ASK, { questions: [question(Array(51).fill('abcd').join('.'))] }), 'bad-name', 12],
    ['with a name of 251 bytes', message(ASK, { questions: [question(Array(50).fill('abcd').join('.'))] }), undefined, 267],
  ])('%s', (_, bytes, error, length) => expect(read(bytes)).toMatchObject({ error, length }))

  it('is read in time linear in its length, whatever points where', () => {
    expectLinear((size) => {
      const chain = Array.from({ length: 4 * size }, (_, i) => word(0xc000 | (i === 0 ? 11 : 10 + 2 * i))).flat()
      const last = 0xc000 | (10 + 2 * (4 * size - 1))
      const records = Array.from({ length: 3 * size }, () => record(word(last), 16, []))
      const bytes = message(ANSWER, { answers: [record([0], 10, chain), ...records] })
      for (let i = 0; i < 20; i++) read(bytes)
    }, 1000)
    const many = read(message(ANSWER, { answers: Array(3000).fill(record([0], 1, [1, 2, 3, 4])) }))
    expect([many.answers.length, many.leftOut, many.error]).toEqual([256, 2744, undefined])
  })

  it('of any bytes ends within them', () => {
    const valid = message(ANSWER, { questions: [question('a.b')], answers: [record(ASKED, 65, SERVICE), record(ASKED, 16, strings('x'))] })
    const bent = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 6 }).map((changes) => {
      const bytes = valid.slice()
      for (const [at, value] of changes) bytes[at] = value
      return bytes
    })
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), bent), fc.nat(20), (bytes, cut) => {
        const end = Math.max(0, bytes.length - cut)
        const found = readMessage(bytes, 0, end)
        expect(found.length).toBeLessThanOrEqual(Math.max(end, found.error === undefined ? 0 : 12))
        // What lies behind the end makes no difference.
        expect(readMessage(bytes.slice(0, end), 0, end)).toEqual(found)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('recognition', () => {
  it.each<[string, Uint8Array, boolean]>([
    ['a question', message(ASK, { questions: [question('a.example')] }), true],
    ['an answer', message(ANSWER, { questions: [question('a')], answers: [record(ASKED, 1, [1, 2, 3, 4])] }), true],
    ['an mDNS announcement', message(0x8400, { answers: [record(name('p.local'), 1, [1, 2, 3, 4], 120, 0x8001)] }), true],
    ['a question with bytes behind', Uint8Array.from([...message(ASK, { questions: [question('a')] }), 0]), false],
    ['a header alone', message(ASK, {}), false],
    ['a question that says it failed', message(0x0103, { questions: [question('a')] }), false],
    ['an unknown class', message(ASK, { questions: [question('a', 1, 77)] }), false],
    ['a reserved operation', message(0x1900, { questions: [question('a')] }), false],
    ['a NetBIOS name', message(ASK, { questions: [question('CKAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', 33)] }), false],
    ['text', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), false],
  ])('%s', (_, bytes, expected) => expect(isMessage(bytes, 0, bytes.length)).toBe(expected))

  it('of random bytes hardly ever', () => {
    const random = fc.uint8Array({ minLength: 13, maxLength: 80 })
    const taken = fc.sample(random, { numRuns: 20_000, seed: 1 }).filter((bytes) => isMessage(bytes, 0, bytes.length))
    expect(taken.length).toBeLessThanOrEqual(2)
  })
})
