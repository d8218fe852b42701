import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { played, type Step } from './script.case.ts'

const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/)
const value = fc.stringMatching(/^[!-~\x80-\xff]([ -~\x80-\xff]{0,20}[!-~])?$/)
const headers = fc
  .array(
    fc.tuple(
      token.map((name) => `X-${name}`),
      value,
    ),
    { maxLength: 5 },
  )
  .map((list) => list.map(([name, text]) => `${name}: ${text}\r\n`).join(''))
const body = fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('latin1'))

/** A body as its headers and its bytes, with a length or in chunks. */
const framed = fc.tuple(body, fc.boolean(), fc.integer({ min: 1, max: 30 })).map(([text, chunked, size]) => {
  if (!chunked) return `Content-Length: ${text.length}\r\n\r\n${text}`
  let chunks = ''
  for (let at = 0; at < text.length; at += size)
    chunks += `${Math.min(size, text.length - at).toString(16)}\r\n${text.slice(at, at + size)}\r\n`
  return `Transfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`
})
const call = fc
  .tuple(headers, framed, headers, framed, fc.constantFrom(200, 404, 500))
  .map(([asked, request, answered, response, status]) => ({
    client: `POST /x HTTP/1.1\r\nHost: a\r\n${asked}${request}`,
    server: `HTTP/1.1 ${status} Some reason\r\n${answered}${response}`,
  }))

describe('any calls', () => {
  it('are the same wherever the bytes are cut, and whether the connection is saved and loaded in between', () => {
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (calls, segment, pipelined) => {
          const alternating: Step[] = calls.flatMap(({ client, server }) => [{ client }, { server }])
          const steps = pipelined ? [...calls.map(({ client }) => ({ client })), ...calls.map(({ server }) => ({ server }))] : alternating
          const whole = played(steps)
          expect(whole).toHaveLength(calls.length)
          for (const one of whole) expect(one).toMatch(/^\d+ complete: /)
          expect(played(steps, { segment })).toEqual(whole)
          expect(played(steps, { segment, restart: true })).toEqual(whole)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('lose one segment: the others come out, and what is lost is said', () => {
    fc.assert(
      fc.property(fc.array(call, { minLength: 2, maxLength: 4 }), fc.nat(), (calls, which) => {
        const steps: Step[] = calls.flatMap(({ client, server }) => [{ client }, { server }])
        const lost = which % steps.length
        const step = steps[lost] as { client?: string; server?: string }
        const gapped = steps.map((each, i) =>
          i === lost ? { gap: (step.client === undefined ? 1 : 0) as 0 | 1, missing: (step.client ?? step.server)!.length } : each,
        )
        const all = played(steps)
        const rest = played(gapped)
        const touched = Math.floor(lost / 2)
        expect(rest.filter((one) => one.includes(' complete: '))).toEqual(all.filter((_, i) => i !== touched))
        expect(rest.filter((one) => one.includes(' incomplete: '))).toHaveLength(1)
        expect(rest.find((one) => one.includes(' incomplete: '))).toContain('misses')
      }),
      { numRuns: 100 },
    )
  })
})

/** One call of a client that sends up to `depth` requests ahead of their answers. Each is told from all others by its path and its body. */
const numbered = fc.record({
  method: fc.constantFrom('GET', 'GET', 'POST', 'HEAD'),
  chunked: fc.boolean(),
  size: fc.integer({ min: 0, max: 60 }),
})

describe('with pipelined requests', () => {
  it('and any one segment less, no call is called complete that differs from the truth', () => {
    let [complete, whole] = [0, 0]
    fc.assert(
      fc.property(
        fc.array(numbered, { minLength: 3, maxLength: 9 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 9, maxLength: 9 }),
        fc.integer({ min: 20, max: 150 }),
        (calls, bursts, size) => {
          const steps: Step[] = []
          for (let at = 0, burst = 0; at < calls.length; at += bursts[burst++]) {
            const some = calls.slice(at, at + bursts[burst]).map((one, i) => ({ ...one, name: `${at + i}` }))
            const asked = some.map(({ method, chunked, name }) =>
              method !== 'POST'
                ? `${method} /${name} HTTP/1.1\r\nHost: a\r\n\r\n`
                : chunked
                  ? `POST /${name} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<${name}>.\r\n0\r\n\r\n`
                  : `POST /${name} HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n<${name}>.`,
            )
            const answered = some.map(({ method, chunked, size, name }) => {
              const text = `[${name}]${'.'.repeat(size)}`
              const head = `HTTP/1.1 200 OK\r\nX-Name: ${name}\r\n`
              if (chunked && method !== 'HEAD')
                return `${head}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`
              return `${head}Content-Length: ${text.length}\r\n\r\n${method === 'HEAD' ? '' : text}`
            })
            const cut = (text: string) => text.match(new RegExp(`[^]{1,${size}}`, 'g'))!
            steps.push(...cut(asked.join('')).map((client) => ({ client })), ...cut(answered.join('')).map((server) => ({ server })))
          }
          const ends: Step[] = [{ end: 0 }, { end: 1 }]
          const truth = new Set(played([...steps, ...ends]))
          for (let lost = 0; lost < steps.length; lost++) {
            const step = steps[lost] as { client?: string; server?: string }
            const gap: Step = { gap: step.client === undefined ? 1 : 0, missing: (step.client ?? step.server)!.length }
            const told = played([...steps.with(lost, gap), ...ends], { restart: lost % 5 === 0 })
            const claimed = told.filter((one) => one.includes(' complete: '))
            for (const one of claimed) expect(truth, `without segment ${lost}`).toContain(one)
            complete += claimed.length
            whole += calls.length
          }
        },
      ),
      { numRuns: 60 },
    )
    expect(complete / whole, 'what was not touched is complete').toBeGreaterThan(0.5)
  })
})

describe('never throws', () => {
  const start = fc.constantFrom(
    'GET / HTTP/1.1\r\n',
    'POST /a HTTP/1.0\r\nContent-Length: 5\r\n\r\nabc',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 101 X\r\n\r\n',
    'CONNECT a:1 HTTP/1.1\r\n\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Content-Length: ',
    '\r\n',
    '\n',
    '5\r\nhello\r\n',
    '0\r\n\r\n',
    'a: b\r\n',
    'Content-Encoding: gzip\r\n',
    ' folded\r\n',
    'PRI * HTTP/2.0\r\n\r\n',
    '\x16\x03\x01',
  )
  const bytes = fc
    .array(
      fc.oneof(
        { weight: 4, arbitrary: start },
        fc.uint8Array({ maxLength: 8 }).map((some) => Buffer.from(some).toString('latin1')),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''))
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: bytes.map((client) => ({ client })) },
    { weight: 5, arbitrary: bytes.map((server) => ({ server })) },
    fc.tuple(fc.constantFrom<0 | 1>(0, 1), fc.integer({ min: 0, max: 100 })).map(([gap, missing]) => ({ gap, missing })),
    fc.constantFrom<0 | 1>(0, 1).map((end) => ({ end })),
  )

  it('on almost HTTP, cut anywhere, restarted anywhere, with gaps', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.integer({ min: 1, max: 50 }), (steps, segment) => {
        played(steps, { segment, restart: true, limits: { head: 64, open: 4, gather: 16, keepBody: 8, coded: 32 } })
        const positions = played(steps).map((one) => one.split(' ')[0])
        expect(new Set(positions).size, 'each position once').toBe(positions.length)
      }),
      { numRuns: 1000 },
    )
  })

  it('says the same of damaged bytes up to the damage, cut or whole', () => {
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 2 }),
        fc.nat(),
        fc.integer({ min: 0, max: 255 }),
        fc.integer({ min: 1, max: 9 }),
        (calls, at, byte, segment) => {
          const client = Buffer.from(calls.map((one) => one.client).join(''), 'latin1')
          client[at % client.length] = byte
          const steps: Step[] = [{ client }]
          const [whole, cut] = [played(steps), played(steps, { segment, restart: true })]
          const bad = whole.findIndex((one) => one.includes(' malformed: '))
          expect(cut.slice(0, bad < 0 ? undefined : bad + 1)).toEqual(whole.slice(0, bad < 0 ? undefined : bad + 1))
        },
      ),
      { numRuns: 300 },
    )
  })
})
