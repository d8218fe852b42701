import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Call } from '../protocols/call.ts'
import { inShort, type Piece, type PlayOptions, play } from '../protocols/play.case.ts'
import { ANSWER, ASK, ASKED, answer, ask, long, message, name, prefixed, question, record } from './build.case.ts'

const UDP = { transport: 'udp', server: { ip: '10.0.0.2', port: 53 } } as const
const client = (bytes: Uint8Array): Piece => ({ side: 0, bytes })
const server = (bytes: Uint8Array): Piece => ({ side: 1, bytes })
const refused = (code: number) => message(ANSWER | code, { questions: [question('a.example')] })

const short = ({ position, action, summary, status, outcome, request, response, findings, missing, error, fields }: Call): string => {
  const { response_code: code = '-', resolved_ip: ips = [] } = (fields.dns ?? {}) as { response_code?: string; resolved_ip?: string[] }
  const parts = `${request ? 'q' : '-'}${response ? 'a' : '-'}`
  const wrong = [...findings, ...missing.map(({ direction, offset, bytes }) => `${direction} misses ${bytes} at ${offset}`)]
  return [position, action, summary, parts, `${status}/${outcome}`, code, ...ips, ...wrong, error?.code ?? ''].join(' ').trim()
}
const told = (pieces: Piece[], options: PlayOptions = {}) => play(pieces, options).calls.map(short)

describe('DNS over UDP', () => {
  it.each<[string, Piece[], string[], PlayOptions?]>([
    [
      'a question and its answer',
      [client(ask('a.example')), server(answer('a.example'))],
      ['0 A a.example qa complete/success NOERROR 10.0.0.7'],
    ],
    [
      'answers in another order',
      [client(ask('a', 1)), client(ask('b', 2)), server(answer('b', 2)), server(answer('a', 1))],
      ['19 A b qa complete/success NOERROR 10.0.0.7', '0 A a qa complete/success NOERROR 10.0.0.7'],
    ],
    ['no such name', [client(ask('a.example')), server(refused(3))], ['0 A a.example qa complete/failure NXDOMAIN']],
    ['a failure', [client(ask('a.example')), server(refused(2))], ['0 A a.example qa complete/failure SERVFAIL']],
    [
      'a question sent again, answered twice',
      [client(ask('a')), client(ask('a')), server(answer('a')), server(answer('a'))],
      ['0 A a qa complete/success NOERROR 10.0.0.7 retried', '-36 A a -a complete/success NOERROR 10.0.0.7 duplicate-answer'],
    ],
    ['no answer', [client(ask('a'))], ['0 A a q- incomplete/unknown - no-answer'], { state: 'idle' }],
    ['the end of the capture', [client(ask('a'))], ['0 A a q- incomplete/unknown - response misses 0 at 0'], { state: 'ended' }],
    ['an answer alone', [server(answer('a'))], ['-1 A a -a incomplete/success NOERROR 10.0.0.7']],
    [
      'the answer to another question with the same id',
      [client(ask('a')), server(answer('b'))],
      ['-1 A b -a incomplete/success NOERROR 10.0.0.7', '0 A a q- incomplete/unknown - response misses 0 at 35'],
      { state: 'ended' },
    ],
    [
      'a truncated answer',
      [client(ask('a.example')), server(message(ANSWER | 0x0200, { questions: [question('a.example')] }))],
      ['0 A a.example qa complete/success NOERROR truncated'],
    ],
    [
      'a damaged answer',
      [client(ask('a')), server(message(ANSWER, { questions: [question('a')], answers: [[0xc0, 99]] }))],
      ['0 A a qa malformed/unknown NOERROR message-bad-name'],
    ],
    [
      'a datagram too short',
      [client(ask('a')), server(answer('a')), client(Uint8Array.of(1, 2, 3))],
      ['0 A a qa complete/success NOERROR 10.0.0.7', '19   q- malformed/unknown - message-cut'],
    ],
    [
      'an update',
      [client(message(0x2800, { questions: [question('zone', 6)] }))],
      ['0 UPDATE zone q- incomplete/unknown - no-answer'],
      { state: 'idle' },
    ],
  ])('%s', (_, pieces, expected, options = {}) => expect(told(pieces, { ...UDP, ...options })).toEqual(expected))

  it('mDNS: questions and announcements stand alone', () => {
    const multicast = { transport: 'udp', server: { ip: '224.0.0.251', port: 5353 } } as const
    const announced = message(0x8400, { id: 0, answers: [record(name('p.local'), 1, [192, 168, 0, 9], 120, 0x8001)] })
    const asked = message(0, { id: 0, questions: [question('p.local'), question('q.local', 12)] })
    expect(told([client(announced), client(asked)], multicast)).toEqual([
      '0 A p.local -a complete/success NOERROR 192.168.0.9',
      `${announced.length} A p.local, q.local q- complete/unknown -`,
    ])
  })

  it('says what waits', () => {
    const { pending } = play([client(ask('a')), client(ask('a'))], UDP)
    expect(pending.map((call) => short(call as Call))).toEqual(['0 A a q- pending/unknown - retried'])
  })

  it('holds no more than 1024 questions, and none longer than half a minute', () => {
    const flood = Array.from({ length: 1100 }, (_, id) => client(ask('a', id)))
    const { calls, pending } = play(flood, { ...UDP, state: 'idle' })
    expect([pending.length, calls.length, calls[0].findings]).toEqual([1024, 1100, ['too-many-open']])
  })
})

const zone = (...records: number[][]) => prefixed(message(ANSWER, { questions: [question('z', 252)], answers: records }))
const soa = record(ASKED, 6, [...name('n'), ...name('m'), ...[9, 1, 1, 1, 1].flatMap(long)])
const host = record(ASKED, 1, [1, 2, 3, 4])

describe('DNS over TCP', () => {
  const both: Piece[] = [
    client(Buffer.concat([prefixed(ask('a', 1)), prefixed(ask('b', 2))])),
    server(Buffer.concat([prefixed(answer('b', 2)), prefixed(answer('a', 1))])),
  ]
  const BOTH = ['21 A b qa complete/success NOERROR 10.0.0.7', '0 A a qa complete/success NOERROR 10.0.0.7']

  it('reads messages however they are cut, and saved and loaded', () => {
    expect(told(both)).toEqual(BOTH)
    for (const segments of [[1], [3, 1], [20]]) expect(told(both, { segments, restart: true })).toEqual(BOTH)
  })

  it('a zone transfer ends with the record it began with', () => {
    const pieces = [client(prefixed(ask('z', 7, 252))), server(zone(soa)), server(zone(host, host)), server(zone(host, soa))]
    const [call] = play(pieces).calls
    expect(short(call)).toBe('0 AXFR z qa complete/success NOERROR')
    expect([call.messages.length, call.fields.spider]).toEqual([3, { dns: { transferred: 5 } }])
    expect(told(pieces.slice(0, 3))).toEqual(['0 AXFR z qa incomplete/success NOERROR no-answer'])
  })

  it('goes on after a loss within a message, and behind one', () => {
    const pieces = [
      client(prefixed(ask('a', 1))),
      server(prefixed(answer('a', 1))),
      client(prefixed(ask('b', 2))),
      server(prefixed(answer('b', 2))),
    ]
    // Of the answer, what came before the loss.
    const segments = [21, 21, 16, 21, 37]
    expect(told(pieces, { segments, lose: (index) => index === 2 })).toEqual([
      '0 A a qa incomplete/success NOERROR response misses 16 at 21',
      '21 A b qa complete/success NOERROR 10.0.0.7',
    ])
    expect(told(pieces, { segments: [21, 21, 10, 6, 21, 37], lose: (index) => index === 2 })).toEqual([
      '0 A a qa incomplete/success NOERROR response misses 10 at 21',
      '21 A b qa complete/success NOERROR 10.0.0.7',
    ])
    expect(told(pieces, { lose: (index) => index === 1 })).toEqual([
      '21 A b qa complete/success NOERROR 10.0.0.7',
      '0 A a q- incomplete/unknown - response misses 37 at 0',
    ])
    expect(told(pieces, { lose: (index) => index === 2 })).toEqual([
      '0 A a qa complete/success NOERROR 10.0.0.7',
      '-38 A b -a incomplete/success NOERROR 10.0.0.7 request misses 21 at 21',
    ])
  })

  it('says what was not sent to its end', () => {
    expect(told([both[0], server(prefixed(answer('a', 1)).subarray(0, 30))])).toEqual([
      '0 A a qa incomplete/success NOERROR closed-before-end',
      '21 A b q- incomplete/unknown - no-answer',
    ])
  })
})

describe('any conversation', () => {
  const text = fc.constantFrom('a', 'b.example', 'c')
  const id = fc.nat(3)
  const piece = fc.oneof(
    fc.tuple(text, id).map(([text, id]) => client(ask(text, id))),
    fc.tuple(text, id).map(([text, id]) => server(answer(text, id))),
    fc.tuple(text, id).map(([text, id]) => server(message(ANSWER | 3, { id, questions: [question(text)] }))),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.nat(1)).map(([bytes, side]) => ({ side, bytes }) as Piece),
  )
  const pieces = fc.array(piece, { minLength: 1, maxLength: 12 })
  const START = [client(ask('start', 99)), server(answer('start', 99))]

  it('over UDP is the same saved and loaded, and tells each place once', () => {
    fc.assert(
      fc.property(pieces, (pieces) => {
        const all = [...START, ...pieces]
        const whole = play(all, UDP).calls.map(inShort)
        expect(play(all, { ...UDP, restart: true }).calls.map(inShort)).toEqual(whole)
        const positions = play(all, UDP).calls.map(({ position }) => position)
        expect(new Set(positions).size).toBe(positions.length)
      }),
      { numRuns: 300 },
    )
  })

  it('over TCP is the same however it is cut, saved and loaded, and says no more than it saw', () => {
    const framed = (all: Piece[]) => all.map(({ side, bytes }) => ({ side, bytes: prefixed(bytes) }))
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 }),
        fc.nat(20),
        (pieces, segments, lost) => {
          const all = framed([...START, ...pieces])
          const whole = play(all).calls
          // Bytes that are no messages are passed over by segments, so that they depend on them.
          if (!whole.some(({ status }) => status === 'malformed')) {
            expect(play(all, { segments }).calls.map(inShort)).toEqual(whole.map(inShort))
            expect(play(all, { segments, restart: true }).calls.map(inShort)).toEqual(whole.map(inShort))
          }
          const less = play(all, { segments, lose: (index) => index === lost }).calls
          const known = new Set(whole.map(({ position }) => position))
          const complete = less.filter(({ status, findings }) => status === 'complete' && !findings.includes('duplicate-answer'))
          if (!whole.some(({ status }) => status === 'malformed')) for (const { position } of complete) expect(known).toContain(position)
        },
      ),
      { numRuns: 300 },
    )
  })

  it('of nothing but damaged messages neither throws nor stalls', () => {
    const bent = fc.tuple(
      fc.constantFrom(ask('a'), answer('a'), message(ASK, { questions: [question('b', 252)] })),
      fc.nat(60),
      fc.nat(255),
    )
    fc.assert(
      fc.property(fc.array(fc.tuple(bent, fc.nat(1)), { maxLength: 20 }), (bents) => {
        const all = bents.map(([[bytes, at, value], side]): Piece => {
          const damaged = prefixed(bytes)
          damaged[at % damaged.length] = value
          return { side: side as 0 | 1, bytes: damaged }
        })
        play([...START.map(({ side, bytes }) => ({ side, bytes: prefixed(bytes) })), ...all], { segments: [11], restart: true })
        play(all, { ...UDP, restart: true })
      }),
      { numRuns: 300 },
    )
  })
})
