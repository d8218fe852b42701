import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expectLinear } from '../linear.case.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { LIMITS } from './limits.ts'
import { inShort, type PlayOptions, playTls } from './play.case.ts'
import { RecordReader } from './record.ts'

interface Piece {
  side: Side
  bytes: Uint8Array
}

const HEADER = 5
/** What a header says may be so, or another length, or one that none may have. */
const lengths = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0) },
  { weight: 2, arbitrary: fc.integer({ min: -8, max: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom(LIMITS.fragment, LIMITS.fragment + 1, 0xffff) },
)
const types = fc.oneof({ weight: 8, arbitrary: fc.constantFrom(20, 21, 22, 22, 22, 23, 23) }, { weight: 1, arbitrary: fc.nat(255) })
const versions = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(0x0301, 0x0303, 0x0303, 0x0304) },
  { weight: 1, arbitrary: fc.nat(0xffff) },
)

const message = (type: number, body: readonly number[], off = 0): number[] => {
  const length = Math.max(0, body.length + off)
  return [type, length >> 16, (length >> 8) & 255, length & 255, ...body]
}
const random = Array.from({ length: 32 }, (_, i) => i)
const clientHello = [3, 3, ...random, 0, 0, 4, 0x13, 1, 0, 0x2f, 1, 0]
const serverHello = (suite: readonly number[]): number[] => [3, 3, ...random, 0, ...suite, 0]
const hellos = fc.constantFrom(message(1, clientHello), message(2, serverHello([0, 0x2f])), message(2, serverHello([0x13, 1])))
const messages = fc
  .tuple(
    fc.oneof(fc.constantFrom(1, 2, 4, 5, 8, 11, 12, 13, 14, 15, 16, 20, 22, 24), fc.nat(255)),
    fc.uint8Array({ maxLength: 60 }),
    fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -60, max: 70_000 }) }),
  )
  .map(([type, body, off]) => message(type, [...body], off))
const bodies = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.oneof(hellos, messages), { maxLength: 3 }).map((each) => each.flat()) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(1, 2), fc.nat(255)).map((alert) => [...alert]) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => [...bytes]) },
  { weight: 1, arbitrary: fc.constant([1]) },
)

/** A record, right or wrong in its type, version and length; of a length that is said wrong, as many bytes come as there are. */
const record = fc.tuple(types, versions, bodies, lengths).map(([type, version, body, off]) => {
  const length = Math.min(0xffff, Math.max(0, body.length + off))
  return Uint8Array.from([type, version >> 8, version & 255, length >> 8, length & 255, ...body])
})
/** Records of either side: whole, cut at their beginning or end, or said several times. */
const pieces: fc.Arbitrary<Piece[]> = fc
  .array(
    fc.record({
      side: fc.constantFrom(CLIENT, SERVER),
      bytes: record,
      from: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(20) }),
      less: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(40) }),
      times: fc.oneof({ weight: 6, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.integer({ min: 2, max: 40 }) }),
    }),
    { maxLength: 24 },
  )
  .map((said) =>
    said.flatMap(({ side, bytes, from, less, times }) =>
      Array.from({ length: times }, () => ({ side, bytes: bytes.subarray(from, Math.max(from, bytes.length - less)) })),
    ),
  )

/** A conversation that is TLS by its first bytes, and then anything. */
const BEGUN: Piece = { side: CLIENT, bytes: Uint8Array.from([22, 3, 1, 0, clientHello.length + 4, ...message(1, clientHello)]) }
const AGREED: Piece = { side: SERVER, bytes: Uint8Array.from([22, 3, 3, 0, 42, ...message(2, serverHello([0, 0x2f]))]) }
/** Bytes as a record that is encrypted. */
const sealedIn = (bytes: Uint8Array): Uint8Array => Uint8Array.from([23, 3, 3, bytes.length >> 8, bytes.length & 255, ...bytes])
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 })
const known = { [Buffer.from(random).toString('hex')]: { CLIENT_RANDOM: 'c3'.repeat(48), CLIENT_TRAFFIC_SECRET_0: '0f'.repeat(32) } }

describe('arbitrary records', () => {
  it('never throw, and say the same however they are cut, saved and loaded', () => {
    fc.assert(
      fc.property(pieces, sizes, fc.boolean(), (said, segments, secrets) => {
        const all = [BEGUN, ...said]
        const shown = (options: PlayOptions) => playTls(all, { ...options, ...(secrets && { known }) }).handshakes.map(inShort)
        const whole = shown({})
        expect(whole.length).toBeGreaterThan(0)
        expect(shown({ segments, restart: (index) => index % 3 === 0 })).toEqual(whole)
      }),
      { numRuns: 150 },
    )
  })

  it('never throw where some were lost', () => {
    fc.assert(
      fc.property(pieces, sizes, fc.nat(12), (said, segments, every) => {
        playTls([BEGUN, ...said], { known, segments, lose: (index) => index % (every + 2) === every, restart: (index) => index % 5 === 0 })
      }),
      { numRuns: 150 },
    )
  })

  it('are read or lost to the byte, in order', () => {
    fc.assert(
      fc.property(pieces, (said) => {
        let [passed, total, last] = [0, 0, -1]
        const reader = new RecordReader(0, false)
        const sink = {
          record: (type: number, _: number, __: Uint8Array, start: number, end: number, offset: number) => {
            expect(offset).toBeGreaterThan(last)
            expect(end - start).toBeLessThanOrEqual(type === 1 ? 0x7fff : LIMITS.fragment)
            last = offset
            passed += end - start + (type === 1 ? 2 : HEADER)
          },
          lost: (wire: number) => {
            passed += wire
          },
          malformed: () => undefined,
        }
        for (const { bytes } of said) {
          reader.receive(bytes, 0, bytes.length, micros(1), sink)
          total += bytes.length
          expect(passed + reader.cut).toBe(total)
        }
      }),
      { numRuns: 300 },
    )
  })

  const sizeOf = (said: readonly Piece[]): number => said.reduce((sum, { bytes }) => sum + bytes.length, 0)
  const again = (said: readonly Piece[], bytes: number): Piece[] =>
    Array.from({ length: Math.ceil(bytes / sizeOf(said)) }, () => said).flat()
  const some = fc.sample(
    pieces.filter((said) => sizeOf(said) > 500),
    { numRuns: 3, seed: 5 },
  )

  it('that wait for secrets need no more room, however many they are', () => {
    const savedAfter = (said: readonly Piece[], bytes: number): number => {
      const all = [BEGUN, AGREED, ...again(said, bytes)]
      return playTls(all, { restart: (index) => index === all.length - 1 }).saved.length
    }
    for (const said of some) {
      const sealed = said.map(({ side, bytes }) => ({ side, bytes: sealedIn(bytes) }))
      expect(savedAfter(sealed, 2.4 * LIMITS.held)).toBeLessThan(1.01 * savedAfter(sealed, 1.2 * LIMITS.held) + 1000)
    }
  })

  it('need so much more time as there is more of them', () => {
    for (const said of some) expectLinear((bytes) => playTls([BEGUN, ...again(said, bytes)], { known }), 160_000)
  })
})
