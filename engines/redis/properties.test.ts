import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inShort, type Options, play, type Step } from '../protocols/script.case.ts'
import { redis } from './protocol.ts'

const played = (steps: readonly Step[], options?: Options) => play(redis, steps, options).calls.map(inShort)
const word = fc.string({ unit: 'binary-ascii', maxLength: 12 })
const bulk = (text: string) => `$${text.length}\r\n${text}\r\n`
const command = fc
  .tuple(fc.constantFrom('GET', 'set', 'HGETALL', 'CONFIG GET', 'NONE'), fc.array(word, { maxLength: 4 }))
  .map(([name, args]) => [...name.split(' '), ...args])
  .map((args) => `*${args.length}\r\n${args.map(bulk).join('')}`)
const line = fc.stringMatching(/^[ -~]{0,20}$/)
const { value } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    line.map((text) => `+${text}x\r\n`),
    line.map((text) => `-ERR ${text}\r\n`),
    fc.integer().map((number) => `:${number}\r\n`),
    fc.constantFrom('$-1\r\n', '*-1\r\n', '_\r\n', '#t\r\n', ',1.5\r\n', '(123\r\n', '$?\r\n;2\r\nab\r\n;0\r\n'),
    word.map(bulk),
    fc.array(tie('value'), { maxLength: 4 }).map((list) => `*${list.length}\r\n${list.join('')}`),
    fc.array(tie('value'), { maxLength: 4 }).map((list) => `*?\r\n${list.join('')}.\r\n`),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((list) => `%${list.length}\r\n${list.flat().join('')}`),
    fc.tuple(word, tie('value')).map(([name, inner]) => `|1\r\n${bulk(name)}:1\r\n${inner}`),
  ),
}))
const pair = fc.tuple(command, value)

/** Fuzzing for longer: FUZZ_RUNS=100000 npx vitest run engines/… */
const runs = Number(process.env.FUZZ_RUNS ?? 500)

describe('any commands and replies', () => {
  it('are the same wherever the bytes are cut, and whether the reader is saved and loaded in between', () => {
    fc.assert(
      fc.property(
        fc.array(pair, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (pairs, segment, pipelined) => {
          const steps: Step[] = pipelined
            ? [{ client: pairs.map(([asked]) => asked).join('') }, { server: pairs.map(([, answered]) => answered).join('') }]
            : pairs.flatMap(([client, server]) => [{ client }, { server }])
          const whole = played(steps)
          expect(whole).toHaveLength(pairs.length)
          for (const one of whole) expect(one).toMatch(/^\d+ complete /)
          expect(played(steps, { segment })).toEqual(whole)
          expect(played(steps, { segment, restart: true })).toEqual(whole)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('write replies as JSON', () => {
    fc.assert(
      fc.property(value, (server) => {
        const [call] = play(redis, [{ client: '*1\r\n$4\r\nPING\r\n' }, { server }]).calls
        expect(() => JSON.parse(Buffer.from(call.response!.body!.content!).toString())).not.toThrow()
      }),
    )
  })

  it('lose one segment: the others come out as they were, and what is lost is said', () => {
    fc.assert(
      fc.property(fc.array(pair, { minLength: 2, maxLength: 6 }), fc.nat(), (pairs, which) => {
        const steps: Step[] = pairs.flatMap(([client, server]) => [{ client }, { server }])
        const lost = which % steps.length
        const { client, server } = steps[lost] as { client?: string; server?: string }
        const gapped = steps.map(
          (step, i): Step => (i === lost ? { gap: client === undefined ? 1 : 0, missing: (client ?? server)!.length } : step),
        )
        const rest = played(gapped)
        const others = played(steps).filter((_, i) => i !== Math.floor(lost / 2))
        expect(rest.filter((one) => one.includes(' complete ')).map((one) => one.replace(' [pairing-presumed]', ''))).toEqual(others)
        expect(rest.filter((one) => one.includes(' incomplete ') && one.includes('misses')).length).toBe(rest.length - others.length)
      }),
      { numRuns: runs },
    )
  })

  it('in a pipeline lose any bytes: no reply goes to another command in silence', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.constantFrom<0 | 1>(0, 1), fc.nat(), fc.nat(), (count, side, from, length) => {
        const texts = [0, 1].map((each) =>
          Array.from({ length: count }, (_, i) => (each === 0 ? `*2\r\n$4\r\nECHO\r\n${bulk(`v${i}`)}` : bulk(`v${i}`))).join(''),
        )
        const at = from % texts[side].length
        const missing = 1 + (length % (texts[side].length - at))
        const cut: Step[] = [
          side === 0 ? { client: texts[0].slice(0, at) } : { server: texts[1].slice(0, at) },
          { gap: side, missing },
          side === 0 ? { client: texts[0].slice(at + missing) } : { server: texts[1].slice(at + missing) },
        ]
        const steps: Step[] = side === 0 ? [...cut, { server: texts[1] }] : [{ client: texts[0] }, ...cut]
        for (const one of played(steps)) {
          const pairs = /ECHO (v\d+) > "(v\d+)"(.*)$/.exec(one)
          if (pairs !== null && pairs[1] !== pairs[2]) expect(pairs[3]).not.toBe('')
          if (one.includes(' complete ')) expect(pairs?.[1]).toBe(pairs?.[2])
        }
      }),
      { numRuns: runs },
    )
  })
})

describe('never throws', () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: command },
    { weight: 3, arbitrary: value },
    fc.constantFrom(
      '*3\r\n',
      '$5\r\nab',
      '>3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n',
      '|1\r\n',
      '*?\r\n',
      '.\r\n',
      ';1\r\n',
      '%-1\r\n',
      '*99999999\r\n',
      '$-5\r\n',
      '\r\n',
      'PING\r\n',
      '+QUEUED\r\n',
      '*1\r\n$5\r\nMULTI\r\n',
      '*2\r\n$9\r\nSUBSCRIBE\r\n$1\r\na\r\n',
    ),
    fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some).toString('latin1')),
  )
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''))
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: text.map((client) => ({ client })) },
    { weight: 5, arbitrary: text.map((server) => ({ server })) },
    fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.integer({ min: 0, max: 50 })).map(([gap, missing]) => ({ gap, missing })),
    fc.constantFrom<0 | 1>(0, 1).map((end) => ({ end })),
  )

  it('on almost Redis, cut and restarted anywhere, with gaps; each position once', { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 10 }), fc.integer({ min: 1, max: 30 }), fc.boolean(), (steps, segment, midway) => {
        played(steps, { segment, restart: true, midway, keepBody: 16 })
        const positions = play(redis, steps, { midway }).calls.map(({ position }) => position)
        expect(new Set(positions).size, 'each position once').toBe(positions.length)
      }),
      { numRuns: runs },
    )
  })

  it('on pipelines without end, and holds a bounded number of them', () => {
    const commands = `*2\r\n$3\r\nGET\r\n$2000\r\n${'x'.repeat(2000)}\r\n`.repeat(500)
    const { calls, pending } = play(
      redis,
      Array.from({ length: 20 }, (): Step => ({ client: commands })),
    )
    expect(calls).toHaveLength(10_000)
    expect(pending).toHaveLength(4096)
    const answered = play(redis, [
      ...Array.from({ length: 20 }, (): Step => ({ client: commands })),
      { server: '+OK\r\n'.repeat(10_000) },
      { client: '*1\r\n$4\r\nPING\r\n' },
      { server: '+PONG\r\n' },
    ])
    expect(answered.calls.filter(({ status }) => status === 'complete')).toHaveLength(4097)
    expect(inShort(answered.calls.at(-1)!)).toContain('complete success: PING > "PONG"')
  })

  it('on values within values without end, in time linear in their length', () => {
    for (const text of ['*1\r\n', '%1\r\n', '|1\r\n', '*?\r\n', '$?\r\n;1\r\na\r\n', '+'.repeat(9), '$1000000\r\n'])
      played([{ client: '*1\r\n$4\r\nPING\r\n' }, { server: text.repeat(200_000) }], { segment: 1460 })
  })
})
