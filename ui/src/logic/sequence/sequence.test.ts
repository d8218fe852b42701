import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Call } from './call.ts'
import { criticalPath } from './critical.ts'
import { draw, shorten } from './draw.ts'
import { callsIn, fold } from './fold.ts'
import { lanesOf, pack } from './lanes.ts'
import { toMermaid } from './mermaid.ts'
import { flat, type Nested, nest } from './nest.ts'
import { toPlantUml } from './plantuml.ts'
import { readMermaid } from './read-mermaid.case.ts'
import { participants, rowsOf } from './rows.ts'
import { firstOf, inFront } from './segments.ts'
import { toSvg } from './svg.ts'

/** `a>b 10-90 GET /x trace` */
const call = (text: string, more: Partial<Call> = {}): Call => {
  const [, from, to, start, end, label, trace] = /^(\w+)>(\w+) (\d+)-(\d+)(?: (\S+))?(?: (\w+))?$/.exec(text)!
  return {
    id: text,
    from,
    to,
    label: label ?? 'GET',
    kind: label ?? 'GET',
    result: '200',
    tone: '2xx',
    start: Number(start) * 1000,
    end: Number(end) * 1000,
    sent: Number(start) * 1000,
    answered: Number(end) * 1000,
    trace,
    session: `${from}${to}`,
    protocol: 'http',
    ...more,
  }
}
const tree = (nested: readonly Nested[]): unknown[] =>
  nested.map(({ call: { id }, children }) => (children.length > 0 ? [id, tree(children)] : id))

const anyCall = fc
  .record({
    from: fc.constantFrom('a', 'b', 'c'),
    to: fc.constantFrom('a', 'b', 'c', 'd'),
    start: fc.nat(50),
    length: fc.nat(50),
    trace: fc.constantFrom(undefined, 's', 't'),
    label: fc.constantFrom('GET', 'PUT; #1 %% end', 'x: "y" \\n --'),
    answered: fc.boolean(),
  })
  .map(({ from, to, start, length, trace, label, answered }) =>
    call(`${from}>${to} ${start}-${start + length}`, {
      trace,
      label,
      kind: label,
      ...(answered ? {} : { result: undefined, answered: undefined }),
    }),
  )
const anyCalls = fc.array(anyCall, { maxLength: 25 }).map((calls) => calls.map((each, i) => ({ ...each, id: String(i) })))

describe('nesting', () => {
  it.each<[string, string[], unknown[]]>([
    ['by containment', ['a>b 0-90', 'b>c 10-20', 'b>d 30-80'], [['a>b 0-90', ['b>c 10-20', 'b>d 30-80']]]],
    ['not where it outlasts', ['a>b 0-50', 'b>c 10-60'], ['a>b 0-50', 'b>c 10-60']],
    ['not of another client', ['a>b 0-90', 'x>c 10-20'], ['a>b 0-90', 'x>c 10-20']],
    ['in the innermost', ['a>b 0-90', 'x>b 10-80', 'b>c 20-30'], ['a>b 0-90', ['x>b 10-80', ['b>c 20-30']]]],
    [
      'by trace before the innermost',
      ['a>b 0-90 GET t', 'x>b 10-80 GET s', 'b>c 20-30 GET t'],
      [['a>b 0-90 GET t', ['b>c 20-30 GET t']], 'x>b 10-80 GET s'],
    ],
    ['never into another trace', ['a>b 0-90 GET t', 'b>c 20-30 GET s'], ['a>b 0-90 GET t', 'b>c 20-30 GET s']],
  ])('%s', (_, calls, expected) => expect(tree(nest(calls.map((text) => call(text))))).toEqual(expected))

  it('keeps to the connection of its siblings where several could be', () => {
    const own = (text: string, session: string) => call(text, { session })
    const calls = [own('a>b 0-90', '1'), own('b>c 5-8', '2'), own('x>b 10-80', '3'), own('b>c 20-30', '2')]
    expect(tree(nest(calls))).toEqual([['a>b 0-90', ['b>c 5-8', 'b>c 20-30']], 'x>b 10-80'])
  })

  it('has each call once, within what caused it', () => {
    fc.assert(
      fc.property(anyCalls, (calls) => {
        const trees = nest(calls)
        expect(
          flat(trees)
            .map(({ call: { id } }) => id)
            .sort(),
        ).toEqual(calls.map(({ id }) => id).sort())
        for (const { call: outer, children } of flat(trees))
          for (const { call: inner } of children) {
            expect(inner.from).toBe(outer.to)
            expect(outer.start <= inner.start && inner.end <= outer.end).toBe(true)
          }
      }),
    )
  })
})

describe('folding', () => {
  it('makes one of calls in a row that are alike, and not of those at the same time', () => {
    const row = ['a>b 0-1', 'a>b 2-3', 'a>b 4-5', 'a>b 6-7 PUT', 'a>b 6-8 PUT'].map((text) => call(text))
    expect(fold(nest(row)).map(({ times }) => times)).toEqual([3, 1, 1])
    expect(fold(nest(row), false).length).toBe(5)
  })

  it('loses no call', () => {
    fc.assert(
      fc.property(anyCalls, fc.boolean(), (calls, repeats) => {
        expect(callsIn(fold(nest(calls), repeats))).toBe(calls.length)
      }),
    )
  })
})

describe('diagrams', () => {
  const calls = ['a>b 0-90 GET', 'b>c 10-20 SQL', 'b>c 21-30 SQL', 'b>d 40-60 PUT', 'b>e 50-80 PUT'].map((text) => call(text))
  const rows = rowsOf(fold(nest(calls)))

  it('asks, thinks, repeats, goes on at the same time, answers', () => {
    expect(rows.map((row) => (row.kind === 'ask' || row.kind === 'answer' ? `${row.kind} ${row.call.to}` : row.kind))).toEqual([
      ...['ask b', 'think', 'loop', 'ask c', 'answer c', 'end', 'think'],
      ...['par', 'ask d', 'answer d', 'and', 'ask e', 'answer e', 'end', 'think', 'answer b'],
    ])
    expect(participants(rows)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('are written for Mermaid', () => {
    expect(toMermaid(rows)).toBe(`sequenceDiagram
  participant p0 as a
  participant p1 as b
  participant p2 as c
  participant p3 as d
  participant p4 as e
  p0->>+p1: GET
  Note over p1: 10.0 ms
  loop 2 times in 20.0 ms
    p1->>+p2: SQL
    p2-->>-p1: 200 · 10.0 ms
  end
  Note over p1: 10.0 ms
  par at the same time
    p1->>+p3: PUT
    p3-->>-p1: 200 · 20.0 ms
  and
    p1->>+p4: PUT
    p4-->>-p1: 200 · 30.0 ms
  end
  Note over p1: 10.0 ms
  p1-->>-p0: 200 · 90.0 ms
`)
  })

  it('are written for PlantUML', () => {
    const text = toPlantUml(rowsOf(fold(nest([call('a>b 0-9 GET//x\\n'), call('a>b 10-12', { result: undefined, answered: undefined })]))))
    expect(text).toBe(`@startuml
participant "a" as p0
participant "b" as p1
p0 -> p1 ++ : GET~//x<U+005C>n
p1 --> p0 -- : 200 · 9.00 ms
p0 -> p1 ++ : GET
p1 --x p0 -- : no answer
@enduml
`)
  })

  it('are well-formed whatever the calls: Mermaid read by a strict reader, frames closed, who is asked lets go', () => {
    fc.assert(
      fc.property(anyCalls, (given) => {
        const all = rowsOf(fold(nest(given)))
        const read = readMermaid(toMermaid(all))
        expect(read.asked).toBe(read.answered)
        const depth = all.reduce((now, { kind }) => now + (kind === 'loop' || kind === 'par' ? 1 : kind === 'end' ? -1 : 0), 0)
        expect(depth).toBe(0)
        const { shapes, height } = draw(all)
        for (const shape of shapes) if (shape.kind === 'line') expect(shape.y2).toBeLessThanOrEqual(height)
      }),
    )
  })

  it('are drawn: an arrow for each, cut words, nothing that breaks XML', () => {
    const { shapes, columns } = draw(rows)
    expect(columns.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(shapes.filter(({ kind, tone }) => kind === 'line' && tone.startsWith('ask')).length).toBe(4)
    expect(shorten('/api/v1/orders/0b5fbd1e', 80)).toBe('/api/v1…bd1e')
    const svg = toSvg(draw(rowsOf(fold(nest([call('a>b 0-9 x<y&\u0001')])))), '"t"')
    expect(svg).toContain('x&#60;y&#38;\ufffd')
    expect(svg).toContain('<title>&#34;t&#34;</title>')
  })
})

describe('the waterfall', () => {
  it('knows what was waited for', () => {
    const [root] = nest(['a>b 0-90', 'b>c 10-20', 'b>d 30-80', 'b>e 35-60', 'd>f 40-70'].map((text) => call(text)))
    expect(criticalPath(root).map(({ id, from, to }) => `${id.slice(0, 3)} ${from / 1000}-${to / 1000}`)).toEqual([
      'a>b 0-10',
      'b>c 10-20',
      'a>b 20-30',
      'b>d 30-40',
      'd>f 40-70',
      'b>d 70-80',
      'a>b 80-90',
    ])
  })

  it('has a critical path from start to end without gaps', () => {
    fc.assert(
      fc.property(anyCalls, (calls) => {
        for (const root of nest(calls)) {
          const path = criticalPath(root)
          const ends = [root.call.start, ...path.map(({ to }) => to)]
          expect([...path.map(({ from }) => from), root.call.end]).toEqual(ends)
        }
      }),
    )
  })

  it('packs calls into lines without overlap', () => {
    const calls = ['a>b 0-10', 'a>b 5-15', 'a>b 10-20', 'x>b 0-5'].map((text) => call(text))
    expect(lanesOf(nest(calls), 'pairs').map(({ title, lines }) => [title, lines.length])).toEqual([
      ['a → b', 2],
      ['x → b', 1],
    ])
    expect(lanesOf(nest(calls), 'causes')[0].lines.length).toBe(4)
    expect(pack([])).toEqual([])
  })
})

describe('the opening of a connection', () => {
  const opened = (from: number, to: number) => new Map([['s', [{ name: 'connect' as const, from: from * 1000, to: to * 1000 }]]])
  const drawn = (known: ReturnType<typeof opened>, ...texts: string[]) => {
    const calls = texts.map((text) => call(text, { session: 's' }))
    return [...inFront(calls, firstOf(calls), known)].map(([id, segments]) => [id, segments.length])
  }
  it.each([
    ['right before, however long it took', opened(0, 999), ['a>b 1000-1001'], [['a>b 1000-1001', 1]]],
    ['in front of the first alone', opened(10, 11), ['a>b 30-40', 'a>b 12-13'], [['a>b 12-13', 1]]],
    ['long before: for another call', opened(0, 1), ['a>b 50-60', 'a>b 61-70'], [['a>b 50-60', 0]]],
    ['after the call: of another attempt', opened(55, 56), ['a>b 50-60'], [['a>b 50-60', 0]]],
  ])('%s', (_, known, calls, expected) => expect(drawn(known, ...calls)).toEqual(expected))
})
