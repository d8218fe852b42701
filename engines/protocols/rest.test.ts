import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { connectionWith } from '../tcp/connection.case.ts'
import { micros } from '../time.ts'
import { certificates } from '../tls/peers.case.ts'
import { CONVERSATIONS, type Said } from './conversations.case.ts'
import { differenceOf, restored } from './difference.ts'
import { Packing } from './packing.ts'
import { play } from './play.case.ts'
import { ProtocolStreams } from './streams.ts'

const names = Object.keys(CONVERSATIONS).filter((name) => certificates !== undefined || !name.endsWith('TLS'))
const codecs = await loadCodecs()
/** What is seen here of a stream. */
interface Resting {
  idle: boolean
  rest(): void
  rested: string | undefined
  shared: { packing: Packing }
}
const nobody = { exchange: () => undefined, call: () => undefined }

describe.each(names)('%s', async (name) => {
  const { said, secrets } = await CONVERSATIONS[name]()
  const pieces: Said[] = said(1)

  it('is the same when it rests between any two bytes, and when it is saved while it rests', () => {
    const { saved: _, ...awake } = play(pieces, { secrets, segments: [1] })
    expect(awake.calls.length + awake.exchanges.length).toBeGreaterThan(0)
    for (const restart of [false, true]) {
      const { saved, ...rested } = play(pieces, { secrets, segments: [1], rest: true, restart })
      expect(rested).toEqual(awake)
    }
  })

  it('loses any segment, and rests or not: it is the same', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }), fc.nat(20), (segments, lost) => {
        const options = { secrets, segments, lose: (index: number) => index === lost }
        const { saved: _, ...awake } = play(pieces, options)
        const { saved, ...rested } = play(pieces, { ...options, rest: true })
        expect(rested).toEqual(awake)
      }),
      { numRuns: 60 },
    )
  })

  it('rests when it is idle, in few bytes of its own, and nothing of it is kept when it is awake again', () => {
    const streams = new ProtocolStreams(nobody, codecs, {}, secrets)
    const connections = Array.from({ length: 200 }, (_, i) => {
      const connection = connectionWith({ server: { ip: '10.0.0.2', port: 7777 } })
      streams.open(connection)
      for (const { side, bytes } of said(i)) streams.data(connection, side, bytes, 0, bytes.length, micros(1_767_607_200e6 + i))
      return connection
    })
    const lengths = connections.map(({ application }) => {
      const stream = application as Resting
      expect(stream.idle).toBe(true)
      stream.rest()
      return stream.rested!.length
    })
    expect(lengths.at(-1)).toBeLessThan(name.endsWith('TLS') ? 700 : 250)
    const { words } = (connections[0].application as Resting).shared.packing
    for (const connection of connections) streams.close(connection, micros(1_767_607_300e6))
    expect(words.size).toBe(0)
  })
})

const plain = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(undefined, null, true, false, '', 'name', 'a name that is longer than some', 'ff00ff00', 'Ā\ud800'),
    fc.integer({ min: -40, max: 40 }),
    fc.maxSafeInteger(),
    fc.double(),
    fc.string({ unit: 'binary' }),
    fc.uint8Array({ maxLength: 50 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'offset', 'x'.repeat(40), 'Ā'), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value
/** State of one kind: under a name stands always a list, or always a record, or neither. */
const { state } = fc.letrec<{ state: object }>((tie) => ({
  state: fc.record(
    {
      offset: fc.integer({ min: 0, max: 3 }),
      bytes: fc.uint8Array({ maxLength: 2 }),
      name: fc.constantFrom(undefined, null, 'a', 'b'),
      sides: fc.array(fc.oneof({ maxDepth: 3 }, fc.integer({ min: 0, max: 1 }), tie('state')), { maxLength: 3 }),
      inside: fc.oneof({ maxDepth: 3 }, fc.constant(undefined), tie('state')),
    },
    { requiredKeys: [] },
  ),
}))

describe('any plain data', () => {
  it('is the same when it is packed and taken again, with words in common, which are let go with the last', () => {
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 6 }), (values) => {
        const packing = new Packing()
        const packed = [...values, ...values, values].map((value) => packing.pack(value))
        expect(packed.map((text) => packing.look(text))).toEqual([...values, ...values, values])
        expect(packed.map((text) => packing.take(text))).toEqual([...values, ...values, values])
        expect(packing.words.size).toBe(0)
      }),
      { numRuns: 500 },
    )
  })

  it('is put together again of a difference and what it is like, of which nothing changes', () => {
    fc.assert(
      fc.property(state, state, (value, like) => {
        const before = structuredClone({ value, like })
        expect(restored(differenceOf(value, like), like)).toEqual(value)
        expect({ value, like }).toEqual(before)
        expect(differenceOf(value, structuredClone(value))).toBeUndefined()
      }),
      { numRuns: 500 },
    )
  })
})
