import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Call } from '../protocols/call.ts'
import { inShort, type Piece, type PlayOptions, play } from '../protocols/play.case.ts'

interface Frame {
  opcode?: number
  fin?: boolean
  reserved?: number
  mask?: number[] | undefined
  payload?: string | Uint8Array
  /** Bytes in which the length is written. */
  extended?: 0 | 2 | 8
}

const frame = ({ opcode = 1, fin = true, reserved = 0, mask, payload = '', extended }: Frame): Uint8Array => {
  const bytes = Buffer.from(payload as string)
  const size = extended ?? (bytes.length < 126 ? 0 : bytes.length < 65_536 ? 2 : 8)
  const length = Buffer.alloc(size)
  if (size === 2) length.writeUInt16BE(bytes.length)
  if (size === 8) length.writeBigUInt64BE(BigInt(bytes.length))
  const first = (mask ? 128 : 0) | (size === 0 ? bytes.length : size === 2 ? 126 : 127)
  const masked = bytes.map((byte, i) => byte ^ (mask?.[i & 3] ?? 0))
  return Buffer.concat([Buffer.from([(fin ? 128 : 0) | (reserved << 4) | opcode, first]), length, Buffer.from(mask ?? []), masked])
}
const KEY = [1, 2, 3, 4]
const client = (fields: Frame): Piece => ({ side: 0, bytes: frame({ mask: KEY, ...fields }) })
const server = (fields: Frame): Piece => ({ side: 1, bytes: frame(fields) })

/** What HTTP says before; the offsets of frames count from behind it. */
const upgrade = (extensions = ''): Piece[] => [
  { side: 0, bytes: Buffer.from('GET /talk HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n') },
  {
    side: 1,
    bytes: Buffer.from(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${extensions}\r\n`),
  },
]
const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate\r\n'

const short = ({ action, status, outcome, request, response, summary, findings, missing, error }: Call): string => {
  const part = request ?? response
  const body = part?.body
  const said = [summary ?? '', body?.bytes ?? '', body?.undecoded ?? ''].join(' ').trim()
  const wrong = [...findings, ...missing.map(({ bytes }) => `misses ${bytes}`), error?.code ?? '']
  return [request ? '>' : '<', action ?? '?', `${status}/${outcome}`, said, ...wrong].join(' ').replaceAll(/ +/g, ' ').trim()
}
const told = (pieces: Piece[], options: PlayOptions = {}, extensions = '') =>
  play([...upgrade(extensions), ...pieces], options).calls.map(short)
const close = (code: number, reason = ''): Uint8Array => Buffer.concat([Buffer.from([code >>> 8, code & 255]), Buffer.from(reason)])

describe('frames', () => {
  it.each<[string, Piece[], string[]]>([
    [
      'a message each way',
      [client({ payload: 'ask' }), server({ payload: 'told' })],
      ['> text complete/success ask 3', '< text complete/success told 4'],
    ],
    ['a binary message', [server({ opcode: 2, payload: Uint8Array.of(0, 255) })], ['< binary complete/success 2']],
    [
      'control frames between fragments',
      [client({ payload: 'a', fin: false }), client({ opcode: 9, payload: 'p' }), client({ opcode: 0, payload: 'b' })],
      ['> ping complete/success 1', '> text complete/success ab 2'],
    ],
    ['a usual end', [server({ opcode: 8, payload: close(1000, 'done') })], ['< close complete/success 1000 done 6']],
    ['an end that says nothing', [server({ opcode: 8 })], ['< close complete/success 0']],
    ['an end for a reason', [server({ opcode: 8, payload: close(1011, 'broken') })], ['< close complete/failure 1011 broken 8']],
    ['a code that may not be sent', [server({ opcode: 8, payload: close(1006) })], ['< close complete/failure 1006 2 bad-close']],
    ['half a code', [server({ opcode: 8, payload: Uint8Array.of(3) })], ['< close complete/success 1 bad-close']],
    [
      'a message behind the end',
      [server({ opcode: 8 }), server({ payload: 'x' })],
      ['< close complete/success 0', '< text complete/success x 1 after-close'],
    ],
    ['a client that does not mask', [client({ mask: undefined, payload: 'x' })], ['> text complete/success x 1 unmasked-client']],
    ['a server that does', [server({ mask: KEY, payload: 'x' })], ['< text complete/success x 1 masked-server']],
    ['reserved bits', [server({ reserved: 4, payload: 'x' })], ['< text complete/success x 1 reserved-bits']],
    ['bad UTF-8', [server({ payload: Uint8Array.of(0xc3, 0x28) })], ['< text complete/success \ufffd( 2 bad-utf8']],
    ['half a character at the end', [server({ payload: Uint8Array.of(0x61, 0xc3) })], ['< text complete/success a\ufffd 2 bad-utf8']],
    ['a length not as short as it can be', [server({ payload: 'x', extended: 8 })], ['< text complete/success x 1 length-not-minimal']],
    [
      'a ping in fragments, too long',
      [server({ opcode: 9, fin: false, payload: 'x'.repeat(130) })],
      ['< ping complete/success 130 fragmented-control long-control'],
    ],
    ['a fragment of nothing', [server({ opcode: 0, payload: 'x' })], ['< continuation incomplete/unknown 1 continuation-of-nothing']],
    [
      'a message within a message',
      [server({ payload: 'a', fin: false }), server({ payload: 'b' })],
      ['< text incomplete/unknown a 1 message-not-ended', '< text complete/success b 1'],
    ],
    [
      'a reserved opcode, and frames after it',
      [server({ opcode: 3, payload: 'x' }), server({ payload: 'again' })],
      ['< ? malformed/unknown reserved-opcode', '< text complete/success again 5'],
    ],
    [
      'an end within a frame',
      [{ side: 1, bytes: frame({ payload: 'hello' }).subarray(0, 4) }],
      ['< text incomplete/unknown he 2 closed-before-end'],
    ],
    ['an end within a head', [{ side: 1, bytes: Uint8Array.of(0x81) }], ['< ? incomplete/unknown closed-before-end']],
  ])('%s', (_, pieces, expected) => expect(told(pieces)).toEqual(expected))

  it('say what the capture did not see to its end', () => {
    expect(told([{ side: 1, bytes: frame({ payload: 'hello' }).subarray(0, 4) }], { ends: false })).toEqual([
      '< text incomplete/unknown he 2 misses 3',
    ])
  })

  it('tell what is open', () => {
    const { pending } = play([...upgrade(), server({ payload: 'begun, ', fin: false })])
    expect(pending).toMatchObject([{ action: 'text', status: 'pending', response: { body: { bytes: 7 } } }])
  })

  it('keep as much of a message as is asked for', () => {
    const [{ response, summary }] = play([...upgrade(), server({ payload: 'x'.repeat(50) })], { keepBody: 10 }).calls
    expect([response!.body!.content!.length, response!.body!.truncated, summary!.length]).toEqual([10, true, 50])
  })
})

describe('a loss', () => {
  const all = [server({ payload: 'first' }), server({ payload: 'second' }), server({ payload: 'third' })]
  // Upgrade, then each frame cut behind its fourth byte.
  const segments = [1000, 1000, 4, 1000, 4, 1000, 4, 1000]
  const without = (...lost: number[]) => told(all, { segments, lose: (index) => lost.includes(index) })
  it.each<[string, number[], string[]]>([
    [
      'within a payload',
      [5],
      ['< text complete/success first 5', '< text incomplete/unknown se 6 misses 4', '< text complete/success third 5'],
    ],
    ['of a head', [4], ['< text complete/success first 5', '< ? incomplete/unknown misses 4']],
    ['of a whole frame', [4, 5], ['< text complete/success first 5', '< ? incomplete/unknown misses 4 misses 4']],
  ])('%s', (_, lost, expected) => expect(without(...lost)).toEqual(expected))

  it('of a head: goes on with the segment that begins a frame for certain', () => {
    expect(told(all, { lose: (index) => index === 3 })).toEqual([
      '< text complete/success first 5',
      '< ? incomplete/unknown misses 8',
      '< text complete/success third 5',
    ])
  })

  it('of a compressed message: what goes on from it is not undone, and says so', () => {
    const compressed = (text: string, before = ''): Uint8Array => {
      const bytes = deflateRawSync(text, { finishFlush: 2, dictionary: before === '' ? undefined : Buffer.from(before) })
      return bytes.subarray(0, bytes.length - 4)
    }
    const pieces = [compressed('hello hello'), compressed('hello again', 'hello hello'), compressed('again', 'hello hellohello again')].map(
      (payload) => server({ reserved: 4, payload }),
    )
    expect(told(pieces, {}, DEFLATE)).toEqual([
      '< text complete/success hello hello 11',
      '< text complete/success hello again 11',
      '< text complete/success again 5',
    ])
    const lose = (index: number) => index === 3
    expect(told(pieces, { lose }, DEFLATE).at(-1)).toMatch(/permessage-deflate: earlier messages are missing$/)
    const each = DEFLATE.replace('\r\n', '; server_no_context_takeover\r\n')
    expect(told([pieces[0], pieces[0], pieces[0]], { lose }, each).at(-1)).toBe('< text complete/success hello hello 11')
  })

  it('nor does bad data: it is told as it came', () => {
    const bad = server({ reserved: 4, payload: Uint8Array.of(255, 255, 255) })
    expect(told([bad], {}, DEFLATE)).toEqual(['< text complete/success 3 permessage-deflate: bad data'])
  })

  it('a message that expands without bound is refused', () => {
    const bomb = deflateRawSync(Buffer.alloc(40 * 1024 * 1024), { finishFlush: 2 })
    expect(told([server({ opcode: 2, reserved: 4, payload: bomb })], {}, DEFLATE)[0]).toMatch(/too large$/)
  })
})

describe('any frames', () => {
  const payload = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.uint8Array({ maxLength: 300 }))
  const any = fc.record({
    opcode: fc.constantFrom(0, 1, 1, 2, 8, 9, 10, 1, 2),
    fin: fc.boolean(),
    reserved: fc.constantFrom(0, 0, 0, 4),
    payload,
    mask: fc.constantFrom(KEY, [0, 9, 255, 1]),
  })
  const pieces = fc
    .array(fc.tuple(any, fc.nat(1)), { maxLength: 10 })
    .map((all) => all.map(([fields, side]): Piece => (side === 0 ? client(fields) : server({ ...fields, mask: undefined }))))
  const cuts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })
  const shorts = (all: Piece[], options: PlayOptions = {}) => play([...upgrade(DEFLATE), ...all], options).calls.map(inShort)

  it('are the same however they are cut, saved and loaded; each place is told once', () => {
    fc.assert(
      fc.property(pieces, cuts, (all, segments) => {
        const whole = shorts(all)
        expect(shorts(all, { segments })).toEqual(whole)
        expect(shorts(all, { segments, restart: true })).toEqual(whole)
        const positions = play([...upgrade(DEFLATE), ...all]).calls.map(({ position }) => position)
        expect(new Set(positions).size).toBe(positions.length)
      }),
      { numRuns: 200 },
    )
  })

  it('lose only what is in the reach of a lost segment', () => {
    const plain = fc.array(
      fc.record({ opcode: fc.constantFrom(1, 2, 9), payload: fc.uint8Array({ maxLength: 60 }) }).map((fields) => server(fields)),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(plain, fc.nat(), (all, lost) => {
        const index = 2 + (lost % all.length)
        const whole = play([...upgrade(), ...all]).calls
        const less = play([...upgrade(), ...all], { lose: (at) => at === index }).calls
        const known = new Map(whole.map((call) => [call.position, inShort(call)]))
        expect(less.some(({ status }) => status === 'incomplete')).toBe(true)
        for (const call of less) if (call.status === 'complete') expect(inShort(call)).toBe(known.get(call.position))
        expect(less.filter(({ status }) => status === 'complete').length).toBe(all.length - 1)
      }),
      { numRuns: 300 },
    )
  })

  it('that are damaged neither throw nor stall', () => {
    const random = fc.array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(1)), { maxLength: 8 })
    fc.assert(
      fc.property(random, pieces, cuts, fc.nat(30), (bytes, all, segments, lost) => {
        const damaged = bytes.map(([bytes, side]): Piece => ({ side: side as 0 | 1, bytes }))
        const mixed = [...all.slice(0, 3), ...damaged, ...all.slice(3)]
        const calls = play([...upgrade(DEFLATE), ...mixed], { segments, restart: true, lose: (index) => index === lost }).calls
        for (const call of calls) expect(call.missing.length).toBeLessThanOrEqual(64)
      }),
      { numRuns: 200 },
    )
  })
})
