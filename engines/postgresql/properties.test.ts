import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inShort, type Options, play, type Step } from '../protocols/script.case.ts'
import * as m from './messages.case.ts'
import { postgresql } from './protocol.ts'
import { analyse } from './sql.ts'

const played = (steps: readonly Step[], options?: Options) => play(postgresql, steps, options).calls.map(inShort)
const opening: Step[] = [{ client: m.startup('user', 'ann') }, { server: m.authentication(0) + m.ready() }]
const text = fc.stringMatching(/^[a-z ]{1,20}$/)
const value = fc.option(fc.string({ unit: 'binary-ascii', maxLength: 12 }))
const rows = fc.array(fc.tuple(value, value), { maxLength: 4 }).map((list) => list.map((values) => m.row(...values)).join(''))

/** A query in either protocol: what the client sends, what the server answers, and how many calls that is. */
const exchange = fc
  .tuple(text, value, rows, fc.constantFrom('simple', 'extended', 'error', 'copy'))
  .map(([words, parameter, result, kind]) => {
    const columns = m.columns(['a', 25], ['b', 23])
    if (kind === 'simple') return [m.query(`select ${words}`), columns + result + m.tag('SELECT 1') + m.ready()]
    if (kind === 'error') return [m.parse('', words) + m.bind('', '', []) + m.execute('') + m.sync, m.error('42601', words) + m.ready('E')]
    if (kind === 'copy')
      return [m.query(`copy ${words} to stdout`), m.copyOut + m.copyData(`${words}\n`) + m.copyDone + m.tag('COPY 1') + m.ready()]
    return [
      m.parse('s', `select ${words}`, 25) + m.bind('', 's', [parameter]) + m.describePortal('') + m.execute('') + m.sync,
      m.parseComplete + m.bindComplete + columns + result + m.tag('SELECT 1') + m.ready(),
    ]
  })

/** Fuzzing for longer: FUZZ_RUNS=100000 npx vitest run engines/… */
const runs = Number(process.env.FUZZ_RUNS ?? 500)

describe('any queries', () => {
  it('are the same wherever the bytes are cut, and whether the reader is saved and loaded in between', () => {
    fc.assert(
      fc.property(
        fc.array(exchange, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (list, segment, pipelined) => {
          const steps: Step[] = pipelined
            ? [...opening, { client: list.map(([asked]) => asked).join('') }, { server: list.map(([, answered]) => answered).join('') }]
            : [...opening, ...list.flatMap(([client, server]) => [{ client }, { server }])]
          const whole = played(steps)
          expect(whole).toHaveLength(list.length + 1)
          for (const one of whole) expect(one).toMatch(/^\d+ complete /)
          expect(played(steps, { segment })).toEqual(whole)
          expect(played(steps, { segment, restart: true })).toEqual(whole)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('lose one segment: the others come out as they were, and what is lost is said', () => {
    fc.assert(
      fc.property(fc.array(exchange, { minLength: 2, maxLength: 6 }), fc.nat(), (list, which) => {
        const steps: Step[] = list.flatMap(([client, server]) => [{ client }, { server }])
        const lost = which % steps.length
        const { client, server } = steps[lost] as { client?: string; server?: string }
        const gapped = steps.map(
          (step, i): Step => (i === lost ? { gap: client === undefined ? 1 : 0, missing: (client ?? server)!.length } : step),
        )
        const rest = played([...opening, ...gapped]).map((one) => one.replace(/, pairing-presumed| \[pairing-presumed\]/, ''))
        const others = played([...opening, ...steps]).filter((_, i) => i !== Math.floor(lost / 2) + 1)
        // What was prepared in the lost segment is not known later; here each query prepares its own.
        expect(rest.filter((one) => one.includes(' complete '))).toEqual(others)
        expect(rest.filter((one) => one.includes(' incomplete ') && one.includes('misses'))).toHaveLength(rest.length - others.length)
      }),
      { numRuns: runs },
    )
  })

  it('in a pipeline lose any bytes: no answer goes to another query in silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.constantFrom<0 | 1>(0, 1), fc.nat(), fc.nat(), (count, side, from, length) => {
        const numbers = Array.from({ length: count }, (_, i) => i)
        const texts = [
          numbers.map((i) => m.query(`select ${i}`)).join(''),
          numbers.map((i) => m.columns(['a', 23]) + m.row(String(i)) + m.tag('SELECT 1') + m.ready()).join(''),
        ]
        const at = from % texts[side].length
        const missing = 1 + (length % (texts[side].length - at))
        const pieces = [texts[side].slice(0, at), texts[side].slice(at + missing)]
        const cut: Step[] =
          side === 0
            ? [{ client: pieces[0] }, { gap: 0, missing }, { client: pieces[1] }]
            : [{ server: pieces[0] }, { gap: 1, missing }, { server: pieces[1] }]
        const steps: Step[] = side === 0 ? [...cut, { server: texts[1] }] : [{ client: texts[0] }, ...cut]
        for (const one of played([...opening, ...steps]).slice(1)) {
          const pair = /select (\d+) > \{"a":(\d+)\}\n(.*)$/.exec(one)
          if (pair !== null && pair[1] !== pair[2]) expect(pair[3]).not.toBe('')
          if (one.includes(' complete ')) expect(pair?.[1]).toBe(pair?.[2])
        }
      }),
      { numRuns: runs },
    )
  })
})

describe('never throws', () => {
  const messages = Object.values({
    ...[
      m.sync,
      m.flush,
      m.copyDone,
      m.terminate,
      m.parseComplete,
      m.bindComplete,
      m.closeComplete,
      m.noData,
      m.suspended,
      m.empty,
      m.copyIn,
      m.copyOut,
      m.keyData,
    ],
  })
  const piece = fc.oneof(
    fc.constantFrom(
      ...messages,
      m.query('select 1'),
      m.parse('s', 'x', 23),
      m.bind('p', 's', ['a', null], [1]),
      m.execute('p', 1),
      m.describeStatement('s'),
      m.describePortal('p'),
      m.closeStatement('s'),
    ),
    fc.constantFrom(
      m.columns(['a', 23, 1], ['a', 1700]),
      m.row('abc', null),
      m.tag('INSERT 0 5'),
      m.error('1', 'x'),
      m.notice('n'),
      m.notification('a', 'b'),
      m.ready(),
      m.ready('T'),
      m.functionCall(1, 'a'),
    ),
    fc.constantFrom(
      m.parameterTypes(23),
      m.authentication(10, 'SCRAM\0\0'),
      m.copyData('x'),
      m.copyFail('y'),
      m.password('z'),
      m.startup('user', 'a'),
      m.sslRequest,
      m.cancelRequest,
      'S',
      'N',
      'W\0\0\0\x07\0\0\0',
    ),
    exchange.map(([client]) => client),
    exchange.map(([, server]) => server),
    fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some).toString('latin1')),
  )
  const bytes = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  const damaged = fc.tuple(bytes, fc.nat(), fc.nat(255)).map(([whole, at, byte]) => {
    const wire = Buffer.from(whole, 'latin1')
    if (wire.length > 0) wire[at % wire.length] = byte
    return wire.toString('latin1')
  })
  const some = fc.oneof(bytes, damaged)
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: some.map((client) => ({ client })) },
    { weight: 5, arbitrary: some.map((server) => ({ server })) },
    fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.integer({ min: 0, max: 50 })).map(([gap, missing]) => ({ gap, missing })),
    fc.constantFrom<0 | 1>(0, 1).map((end) => ({ end })),
  )

  it('on almost PostgreSQL, cut and restarted anywhere, with gaps; each position once', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 10 }),
        fc.integer({ min: 1, max: 30 }),
        fc.boolean(),
        fc.boolean(),
        (steps, segment, midway, opened) => {
          const all = opened ? [...opening, ...steps] : steps
          played(all, { segment, restart: true, midway, keepBody: 16 })
          const positions = play(postgresql, all, { midway }).calls.map(({ position }) => position)
          expect(new Set(positions).size, 'each position once').toBe(positions.length)
        },
      ),
      { numRuns: runs },
    )
  })

  it('on pipelines without end, and holds a bounded number of them', () => {
    const queries = m.query(`select '${'x'.repeat(2000)}'`).repeat(500)
    const steps: Step[] = [...opening, ...Array.from({ length: 20 }, (): Step => ({ client: queries }))]
    const { calls, pending } = play(postgresql, steps)
    expect(calls).toHaveLength(10_001)
    expect(pending).toHaveLength(4096)
    expect(pending.reduce((sum, { fields }) => sum + JSON.stringify(fields).length, 0)).toBeLessThan(16e6)
  })

  it('on any text of a query', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (query) => void analyse(query)),
      { numRuns: runs },
    )
  })
})
