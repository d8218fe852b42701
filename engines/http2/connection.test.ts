import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HttpExchange } from '../http/facts.ts'
import {
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  PADDED,
  PREFACE,
  PUSH_PROMISE,
  RST_STREAM,
  SETTINGS,
} from './frames.ts'
import { inShort, type Piece, play } from './record.case.ts'

const frame = (type: number, flags: number, stream: number, payload: Uint8Array | string = '') => {
  const body = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload
  const head = Buffer.alloc(9)
  head.writeUIntBE(body.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, body])
}
const u32 = (...values: number[]) => Buffer.concat(values.map((value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])))
const literal = (name: string, value: string) =>
  `\x00${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`
const GET = '\x82\x86\x84\x41\x01a'
const OK = '\x88'
const client = (...frames: Uint8Array[]): Piece => ({ side: 0, bytes: Buffer.concat(frames) })
const server = (...frames: Uint8Array[]): Piece => ({ side: 1, bytes: Buffer.concat(frames) })
const hello = client(Buffer.from(PREFACE), frame(SETTINGS, 0, 0))
const BOTH = END_HEADERS | END_STREAM
const get = (stream: number) => client(frame(HEADERS, BOTH, stream, GET))
const EMPTY = 'e3b0c442'

const cases: [string, Piece[], string[]][] = [
  [
    'a request and its answer',
    [hello, get(1), server(frame(HEADERS, END_HEADERS, 1, OK), frame(DATA, END_STREAM, 1, 'ok'))],
    [`33 complete: GET / 0 ${EMPTY} > 200 2 2689367b `],
  ],
  [
    'padding is no body',
    [hello, get(1), server(frame(HEADERS, END_HEADERS | PADDED, 1, `\x02${OK}pp`), frame(DATA, END_STREAM | PADDED, 1, '\x03okppp'))],
    [`33 complete: GET / 0 ${EMPTY} > 200 2 2689367b `],
  ],
  [
    'a block in several frames',
    [
      hello,
      client(
        frame(HEADERS, END_STREAM, 1, GET.slice(0, 2)),
        frame(CONTINUATION, 0, 1, ''),
        frame(CONTINUATION, END_HEADERS, 1, GET.slice(2)),
      ),
      server(frame(HEADERS, BOTH, 1, OK)),
    ],
    [`33 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `],
  ],
  [
    'something between them',
    [hello, client(frame(HEADERS, END_STREAM, 1, GET), frame(DATA, END_STREAM, 1, 'x')), get(3), server(frame(HEADERS, BOTH, 3, OK))],
    [`58 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `],
  ],
  [
    'a reset by the server',
    [hello, get(1), server(frame(RST_STREAM, 0, 1, u32(7)))],
    [`33 incomplete: GET / 0 ${EMPTY} > - reset-by-server-refused-stream`],
  ],
  [
    'an answer that ends by a reset without error',
    [hello, get(1), server(frame(HEADERS, END_HEADERS, 1, OK), frame(DATA, 0, 1, 'ok'), frame(RST_STREAM, 0, 1, u32(0)))],
    [`33 complete: GET / 0 ${EMPTY} > 200 2 2689367b  reset-by-server-no-error`],
  ],
  [
    'GOAWAY: what was not looked at',
    [hello, get(1), get(3), server(frame(GOAWAY, 0, 0, u32(1, 0)), frame(HEADERS, BOTH, 1, OK))],
    [`48 incomplete: GET / 0 ${EMPTY} > - refused-by-goaway`, `33 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `],
  ],
  [
    'an answer before its request',
    [hello, server(frame(HEADERS, BOTH, 1, OK)), get(1)],
    [`33 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `],
  ],
  [
    'a push',
    [
      hello,
      get(1),
      server(
        frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([u32(2), Buffer.from(GET, 'latin1')])),
        frame(HEADERS, BOTH, 1, OK),
        frame(HEADERS, BOTH, 2, OK),
      ),
    ],
    [`33 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `, `-1 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY}  pushed`],
  ],
  ['a bad preface', [client(Buffer.from('PRI * HTTP/2.1'))], ['1 malformed: - > -']],
  [
    'a frame too large, and frames after it',
    [hello, client(frame(DATA, 0, 1, 'x'.repeat(20_000))), get(3), server(frame(HEADERS, BOTH, 3, OK))],
    ['33 malformed: - > -', `20042 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY} `],
  ],
  [
    'a length that is not kept to',
    [hello, get(1), server(frame(HEADERS, END_HEADERS, 1, `${OK}\x0f\x0d\x013`), frame(DATA, END_STREAM, 1, 'ok'))],
    [`33 complete: GET / 0 ${EMPTY} > 200 2 2689367b  content-length-mismatch`],
  ],
  [
    'headers that have no place',
    [
      hello,
      client(frame(HEADERS, BOTH, 1, `${GET}${literal('Connection', 'x')}${literal('connection', 'x')}`)),
      server(frame(HEADERS, BOTH, 1, OK)),
    ],
    [`33 complete: GET / 0 ${EMPTY} > 200 0 ${EMPTY}  upper-case-header connection-header`],
  ],
  ['an end without an answer', [hello, get(1)], [`33 incomplete: GET / 0 ${EMPTY} > - closed-before-response`]],
]

describe('a connection', () => {
  // Frames are found again within a segment, so that case is not cut.
  it.each(cases)('%s', (name, pieces, wanted) => {
    expect(play(pieces).map(inShort)).toEqual(wanted)
    expect(
      play(pieces, { segment: name.includes('too large') ? 50_000 : 1, restart: true })
        .map(inShort)
        .sort(),
    ).toEqual([...wanted].sort())
  })
})

describe('a lost request', () => {
  const insert = (stream: number, name: string) => client(frame(HEADERS, BOTH, stream, `${GET}\x40\x01${name}\x01v`))
  const newest = client(frame(HEADERS, BOTH, 5, `${GET}\xbf`))
  it('leaves what it may have inserted unknown', () => {
    const pieces = [hello, insert(1, 'a'), insert(3, 'b'), newest, server(frame(HEADERS, BOTH, 5, OK))]
    const of = (exchange: HttpExchange) => exchange.request!.headers.slice(8)
    const found = play(pieces).find(({ position }) => position === 33 + 2 * 20)!
    expect([of(found), found.status]).toEqual([['b', 'v'], 'complete'])
    const unsure = play(pieces, { lose: (index) => index === 2 }).find(({ position }) => position === 33 + 2 * 20)!
    expect([of(unsure), unsure.status, unsure.findings]).toEqual([['?', '?'], 'incomplete', ['header-not-known']])
  })
})

describe('floods have a bound', () => {
  it('of CONTINUATION', () => {
    const flood = Array.from({ length: 2000 }, () => frame(CONTINUATION, 0, 1, 'x'.repeat(1000)))
    const pieces = [
      hello,
      client(frame(HEADERS, END_STREAM, 1, GET), ...flood, frame(CONTINUATION, END_HEADERS, 1)),
      server(frame(HEADERS, BOTH, 1, OK)),
    ]
    expect(play(pieces).map(inShort)).toEqual([`33 incomplete: ? ? 0 ${EMPTY} > 200 0 ${EMPTY}  header-block-too-large`])
  })

  it('of streams, of resets, of settings and of empty frames', () => {
    const streams = Array.from({ length: 5000 }, (_, i) => frame(HEADERS, BOTH, 2 * i + 1, GET))
    const found = play([hello, client(...streams)])
    expect([found.length, found.filter(({ findings }) => findings.includes('too-many-open')).length]).toEqual([5000, 5000 - 1024])
    const resets = Array.from({ length: 5000 }, (_, i) =>
      Buffer.concat([frame(HEADERS, BOTH, 2 * i + 1, GET), frame(RST_STREAM, 0, 2 * i + 1, u32(8))]),
    )
    expect(play([hello, client(...resets)])).toHaveLength(5000)
    const small = Array.from({ length: 20_000 }, () =>
      Buffer.concat([frame(SETTINGS, 0, 0, Buffer.from([0, 1, 0, 0, 16, 0])), frame(DATA, 0, 1)]),
    )
    expect(play([hello, get(1), client(...small)])).toHaveLength(1)
  })
})

const CAPTURES = '../shared/corpus/files/made-tls/h2-cleartext.pcap'

describe('any bytes', () => {
  const frames = fc.tuple(
    fc.integer({ min: 0, max: 11 }),
    fc.integer({ min: 0, max: 255 }),
    fc.integer({ min: 0, max: 9 }),
    fc.uint8Array({ maxLength: 60 }),
  )
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    frames.map(([type, flags, stream, payload]) => Uint8Array.from(frame(type, flags, stream, payload))),
  )
  const piece = fc.record({ side: fc.constantFrom(0 as const, 1 as const), bytes })

  it('never throw, are the same when cut and saved anywhere, and give each place once', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), fc.boolean(), (pieces, lost, midway) => {
        const all = [hello, ...pieces]
        const options = { midway, segment: 7, lose: (index: number) => index > 5 && index % 20 === lost }
        const found = play(all, options)
        expect(play(all, { ...options, restart: true })).toEqual(found)
        expect(new Set(found.map(({ position }) => position)).size).toBe(found.length)
      }),
      { numRuns: 300 },
    )
  })

  it.skipIf(!existsSync(CAPTURES))('of a capture with bytes changed neither (skipped without ../shared)', () => {
    const capture = readFileSync(CAPTURES)
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: capture.length - 3000 }),
        fc.array(fc.tuple(fc.nat(2999), fc.nat(255)), { maxLength: 10 }),
        (from, changes) => {
          const bytes = Uint8Array.from(capture.subarray(from, from + 3000))
          for (const [at, value] of changes) bytes[at] = value
          play([hello, { side: 0, bytes }, { side: 1, bytes }], { midway: true, segment: 500, restart: true })
        },
      ),
      { numRuns: 60 },
    )
  })
})
