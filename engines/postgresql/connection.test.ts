import { describe, expect, it } from 'vitest'
import { inShort, type Options, play, type Step } from '../protocols/script.case.ts'
import * as m from './messages.case.ts'
import { postgresql } from './protocol.ts'

const INT4 = 23
const TEXT = 25
const played = (steps: Step[], options?: Options) =>
  play(postgresql, steps, options).calls.map((call) => inShort(call).replaceAll('\n', '⏎'))
const talk = (steps: Step[], options?: Options) => played(steps, options).map((line) => line.replace(/^-?\d+ /, ''))
const opening: Step[] = [
  { client: m.startup('user', 'ann', 'database', 'shop') },
  { server: m.authentication(0) + m.parameterStatus('server_version', '16') + m.keyData + m.ready() },
]
const OPENED = 'complete success: STARTUP user=ann database=shop > {"server_version":"16","pid":"7"}'
const one = m.columns(['a', INT4]) + m.row('1') + m.tag('SELECT 1')

const cases: [string, Step[], string[]][] = [
  ['a simple query', [{ client: m.query('select 1 as a') }, { server: one + m.ready() }], ['complete success: select 1 as a > {"a":1}⏎']],
  [
    'several statements at once, the last of which fails',
    [{ client: m.query('select 1; x') }, { server: one + m.error('42601', 'syntax error') + m.ready() }],
    ['complete failure: select 1; x > {"a":1}⏎'],
  ],
  ['an empty query', [{ client: m.query('') }, { server: m.empty + m.ready() }], ['complete success: - > -']],
  [
    'the extended protocol, with a statement that is used again',
    [
      { client: m.parse('s', 'select $1::int as a', INT4) + m.describeStatement('s') + m.sync },
      { server: m.parseComplete + m.parameterTypes(INT4) + m.columns(['a', INT4]) + m.ready() },
      { client: m.bind('', 's', ['\0\0\0\x2a'], [1], [1]) + m.execute('') + m.sync },
      { server: m.bindComplete + m.row('\0\0\0\x2a') + m.tag('SELECT 1') + m.ready() },
    ],
    ['complete success: PREPARE select $1::int as a > -', 'complete success: select $1::int as a > {"a":42}⏎'],
  ],
  [
    'a pipeline with one Sync, where an error makes the server pass over the rest',
    [
      {
        client:
          m.parse('', 'select 1') +
          m.bind('', '', []) +
          m.execute('') +
          m.parse('', 'bad') +
          m.bind('', '', []) +
          m.execute('') +
          m.parse('', 'select 3') +
          m.bind('', '', []) +
          m.execute('') +
          m.sync,
      },
      { server: m.parseComplete + m.bindComplete + m.row('1') + m.tag('SELECT 1') + m.error('42601', 'syntax error') + m.ready() },
      { client: m.query('select 4 as a') },
      { server: one + m.ready() },
    ],
    [
      'complete success: select 1 > ["1"]⏎',
      'complete failure: bad > -',
      'complete success: select 3 > - [skipped-after-error]',
      'complete success: select 4 as a > {"a":1}⏎',
    ],
  ],
  [
    'an error before Sync is sent',
    [
      { client: m.parse('', 'bad') + m.flush },
      { server: m.error('42601', 'syntax error') },
      { client: m.bind('', '', []) + m.execute('') + m.sync },
      { server: m.ready() },
      { client: m.query('select 1 as a') },
      { server: one + m.ready() },
    ],
    ['complete failure: bad > - [skipped-after-error]', 'complete success: select 1 as a > {"a":1}⏎'],
  ],
  [
    'a portal that is read in parts',
    [
      { client: m.parse('', 'select a from t') + m.bind('p', '', []) + m.describePortal('p') + m.execute('p', 1) + m.flush },
      { server: m.parseComplete + m.bindComplete + m.columns(['a', TEXT]) + m.row('x') + m.suspended },
      { client: m.execute('p', 1) + m.sync },
      { server: m.row('y') + m.tag('SELECT 1') + m.ready() },
    ],
    ['complete success: select a from t > {"a":"x"}⏎', 'complete success: select a from t > {"a":"y"}⏎'],
  ],
  [
    'COPY from and to the client',
    [
      { client: m.query('copy t from stdin') },
      { server: m.copyIn },
      { client: m.copyData('1\tx\n') + m.copyData('2\ty\n') + m.copyDone },
      { server: m.tag('COPY 2') + m.ready() },
      { client: m.query('copy t to stdout') },
      { server: m.copyOut + m.copyData('1\tx\n') + m.copyDone + m.tag('COPY 1') + m.ready() },
      { client: m.query('copy t from stdin') },
      { server: m.copyIn },
      { client: m.copyFail('no') },
      { server: m.error('57014', 'COPY from stdin failed: no') + m.ready() },
    ],
    ['complete success: copy t from stdin > -', 'complete success: copy t to stdout > 1\tx⏎', 'complete failure: copy t from stdin > -'],
  ],
  [
    'a function call',
    [{ client: m.functionCall(1598, 'x') }, { server: m.functionResult('0.5') + m.ready() }],
    ['complete success: FUNCTION oid 1598 > "0.5"'],
  ],
  [
    'what the server says unasked',
    [
      { server: m.notification('ch', 'hi') },
      { client: m.query('listen ch') },
      { server: m.notice('careful') + m.notification('ch', 'you') + m.tag('LISTEN') + m.ready() },
      { server: m.parameterStatus('TimeZone', 'UTC') },
      { server: m.error('57P01', 'terminating connection') },
    ],
    [
      'complete success: NOTIFY ch hi > {"channel":"ch","payload":"hi","pid":7}',
      'complete success: NOTIFY ch you > {"channel":"ch","payload":"you","pid":7}',
      'complete success: listen ch > -',
      'complete success: PARAMETER STATUS TimeZone=UTC > -',
      'complete failure: ERROR terminating connection > -',
    ],
  ],
  [
    'a statement that is closed, and one nobody saw prepared',
    [
      { client: m.closeStatement('s') + m.sync },
      { server: m.closeComplete + m.ready() },
      { client: m.bind('', 's', ['1']) + m.execute('') + m.sync },
      { server: m.bindComplete + m.row('1') + m.tag('SELECT 1') + m.ready() },
    ],
    ['complete success: CLOSE statement s > -', 'complete success: s > ["1"]⏎ [prepared-before-capture]'],
  ],
  [
    'an answer whose query is held up',
    [{ server: one + m.ready() }, { client: m.query('select 1 as a') }],
    ['complete success: select 1 as a > {"a":1}⏎'],
  ],
  ['the end', [{ client: m.terminate }, { end: 0 }, { end: 1 }], []],
  ['no answer', [{ client: m.query('select 1') }], ['incomplete unknown: select 1 > - [response misses 0 at 51: after capture]']],
]

describe('a connection of PostgreSQL', () => {
  it.each(cases)('%s', (_, steps, expected) => {
    const all = [...opening, ...steps]
    expect(talk(all)).toEqual([OPENED, ...expected])
    for (const segment of [1, 2, 7]) {
      expect(played(all, { segment }), `cut to ${segment}`).toEqual(played(all))
      expect(played(all, { segment, restart: true }), `cut to ${segment}, restarted`).toEqual(played(all))
    }
  })

  it('says what it knows under the names of OpenTelemetry', () => {
    const { calls } = play(postgresql, [
      ...opening,
      { client: m.parse('', 'update orders set a = $1 where id = 7') + m.bind('', '', ['x']) + m.execute('') + m.sync },
      { server: m.parseComplete + m.bindComplete + m.tag('UPDATE 3') + m.ready('T') },
      { client: m.query("insert into orders values ('1')") },
      { server: m.error('23505', 'duplicate key') + m.ready('E') },
      { client: m.query('select * from orders') },
      { server: m.columns(['a', INT4], ['a', TEXT]), at: 9000 },
      { server: m.row('1', null) + m.row('2', 'x') + m.tag('SELECT 2') + m.ready(), at: 9500 },
    ])
    expect(calls[1]).toMatchObject({
      action: 'UPDATE',
      fields: {
        db: {
          namespace: 'shop',
          query: { text: 'update orders set a = $1 where id = 7', summary: 'UPDATE orders' },
          collection: { name: 'orders' },
        },
        user: { name: 'ann' },
        spider: {
          db: {
            normalized: 'update orders set a = $1 where id = ?',
            parameters: ['x'],
            command_tag: 'UPDATE 3',
            affected_rows: 3,
            transaction: 'open',
          },
        },
      },
    })
    expect(calls[2].fields).toMatchObject({
      db: { response: { status_code: '23505' } },
      spider: { db: { message: 'duplicate key', transaction: 'failed' } },
    })
    expect(calls[3].fields).toMatchObject({ db: { response: { returned_rows: 2 } }, spider: { db: { first_row: 2_500_000 } } })
    expect(Buffer.from(calls[3].response!.body!.content!).toString()).toBe('{"a":1,"a_2":null}\n{"a":2,"a_2":"x"}\n')
  })

  it('goes over to TLS, or goes on without', () => {
    const hello = '\x16\x03\x01'
    for (const segment of [1, 100]) {
      const agreed = play(postgresql, [{ client: m.sslRequest + hello }, { server: 'S' }], { segment, restart: true })
      expect(agreed.handed?.protocol).toBe('tls')
      expect(Buffer.from(agreed.handed!.rest[0]).toString('latin1')).toBe(hello)
      expect(agreed.calls.map(inShort)).toEqual(['0 complete success: SSLREQUEST > accepted'])
      expect(talk([{ client: m.sslRequest }, { server: 'N' }, ...opening], { segment, restart: true })).toEqual([
        'complete success: SSLREQUEST > refused',
        OPENED,
      ])
    }
    expect(talk([{ client: m.cancelRequest }, { end: 1 }])).toEqual(['complete unknown: CANCEL pid 7 > -'])
  })

  it('keeps secrets to itself', () => {
    const { calls, pending } = play(postgresql, [
      { client: m.startup('user', 'ann', 'password', 'hunter2') },
      { server: m.authentication(3) },
      { client: m.password('hunter2') },
      { server: m.authentication(0) + m.keyData + m.ready() },
      { client: m.query("alter user ann password 'hunter2'") },
    ])
    const bodies = [...calls, ...pending].flatMap(({ request, response }) =>
      [request, response].map((part) => Buffer.from(part?.body?.content ?? []).toString()),
    )
    expect(JSON.stringify([calls, pending, bodies])).not.toContain('hunter2')
    expect(bodies.join()).not.toContain('305419896')
  })
})

describe('a loss', () => {
  const select = (text: string): Step => ({ client: m.query(text) })
  const answer: Step = { server: one + m.ready() }
  it.each<[string, Step[], string[]]>([
    [
      'within a row: only its call is touched',
      [
        select('select 1'),
        { server: m.columns(['a', TEXT]) + m.row('x'.repeat(20)).slice(0, 15) },
        { gap: 1, missing: 5 },
        { server: m.row('x'.repeat(20)).slice(20) + m.tag('SELECT 1') + m.ready() },
        select('select 2'),
        answer,
      ],
      ['incomplete success: select 1 > {"a":"xxxx"}⏎… [response misses 5 at 93: not captured]', 'complete success: select 2 > {"a":1}⏎'],
    ],
    [
      'of an answer: the next query begins anew',
      [select('select 1'), { gap: 1, missing: 60 }, select('select 2'), answer],
      [
        'incomplete unknown: select 1 > - [response misses 60 at 51: not captured]',
        'complete success: select 2 > {"a":1}⏎ [pairing-presumed]',
      ],
    ],
    [
      'of the middle of an answer: it ends with ReadyForQuery',
      [
        select('select 1'),
        { server: m.columns(['a', TEXT]) + m.row('x') + m.row('y').slice(0, 3) },
        { gap: 1, missing: 9 },
        { server: `garbage${m.ready()}` },
        select('select 2'),
        answer,
      ],
      ['incomplete success: select 1 > {"a":"x"}⏎ [response misses 9 at 93: not captured]', 'complete success: select 2 > {"a":1}⏎'],
    ],
    [
      'of a query: its answer stands alone',
      [select('select 1'), answer, { gap: 0, missing: 14 }, answer, select('select 3'), answer],
      [
        'complete success: select 1 > {"a":1}⏎',
        'incomplete success: - > {"a":1}⏎ [request misses 14 at 46: not captured]',
        'complete success: select 3 > {"a":1}⏎ [pairing-presumed]',
      ],
    ],
  ])('%s', (_, steps, expected) => {
    expect(talk([...opening, ...steps]).slice(1)).toEqual(expected)
    expect(talk([...opening, ...steps], { restart: true }).slice(1)).toEqual(expected)
  })

  it('before the capture: begins at the next query, and says that pairs are presumed', () => {
    expect(talk([{ server: 'rest' }, select('select 1'), answer], { midway: true })).toEqual([
      'complete success: select 1 > {"a":1}⏎ [pairing-presumed]',
    ])
  })
})
