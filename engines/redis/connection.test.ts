import { describe, expect, it } from 'vitest'
import { inShort, type Options, play, type Step } from '../protocols/script.case.ts'
import { redis } from './protocol.ts'

const command = (...args: string[]) =>
  `*${args.length}\r\n${args.map((arg) => `$${Buffer.byteLength(arg)}\r\n${Buffer.from(arg).toString('latin1')}\r\n`).join('')}`
const played = (steps: Step[], options?: Options) => play(redis, steps, options).calls.map(inShort)
/** Commands and replies in turn, without positions. */
const talk = (steps: Step[], options?: Options) => played(steps, options).map((line) => line.replace(/^-?\d+ /, ''))

const cases: [string, Step[], string[]][] = [
  ['a command and its reply', [{ client: command('get', 'a') }, { server: '$2\r\nhi\r\n' }], ['complete success: GET a > "hi"']],
  [
    'a pipeline',
    [{ client: command('SET', 'a', '1 2') + command('INCR', 'n') + command('GET', 'no') }, { server: '+OK\r\n:7\r\n$-1\r\n' }],
    ['complete success: SET a "1 2" > "OK"', 'complete success: INCR n > 7', 'complete success: GET no > null'],
  ],
  [
    'an error',
    [{ client: command('FOO') }, { server: "-ERR unknown command 'FOO'\r\n" }],
    ['complete failure: FOO > {"error":"ERR unknown command \'FOO\'"}'],
  ],
  [
    'RESP3 of all types',
    [
      { client: command('X').repeat(13) },
      {
        server:
          '%2\r\n+a\r\n:1\r\n:2\r\n*1\r\n_\r\n~2\r\n#t\r\n#f\r\n,1.5\r\n,inf\r\n(3492890328409238509324850943850943825024385\r\n=15\r\ntxt:Some string\r\n!8\r\nERR a\r\nb\r\n' +
          '|1\r\n+ttl\r\n:3\r\n$1\r\nv\r\n$?\r\n;4\r\nHell\r\n;1\r\no\r\n;0\r\n*?\r\n:1\r\n:2\r\n.\r\n%1\r\n*1\r\n:1\r\n+k\r\n*2\r\n|1\r\n+a\r\n+b\r\n:1\r\n:2\r\n*-1\r\n',
      },
    ],
    [
      ...['{"a":1,"2":[null]}', '[true,false]', '1.5', '"inf"', '"3492890328409238509324850943850943825024385"', '"Some string"'].map(
        (reply) => `complete success: X > ${reply}`,
      ),
      'complete failure: X > {"error":"ERR a\\r\\nb"}',
      ...['"v"', '"Hello"', '[1,2]', '{"[1]":"k"}', '[1,2]', 'null'].map((reply) => `complete success: X > ${reply}`),
    ],
  ],
  [
    'a transaction',
    [
      { client: command('MULTI') + command('SELECT', '3') + command('EXEC') + command('PING') },
      { server: '+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n+PONG\r\n' },
    ],
    [
      'complete success: MULTI > "OK"',
      'complete success: SELECT 3 > "QUEUED"',
      'complete success: EXEC > ["OK"]',
      'complete success: PING > "PONG"',
    ],
  ],
  [
    'subscriptions of RESP2',
    [
      { client: command('SUBSCRIBE', 'a', 'b') },
      {
        server:
          '*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$2\r\nhi\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n',
      },
      { client: command('PING') + command('UNSUBSCRIBE') },
      {
        server: '*2\r\n$4\r\npong\r\n$0\r\n\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$11\r\nunsubscribe\r\n$1\r\nb\r\n:0\r\n',
      },
      { client: command('PING') },
      { server: '+PONG\r\n' },
    ],
    [
      'complete success: message a > ["message","a","hi"]',
      'complete success: SUBSCRIBE a b > [["subscribe","a",1],["subscribe","b",2]]',
      'complete success: PING > ["pong",""]',
      'complete success: UNSUBSCRIBE > [["unsubscribe","a",1],["unsubscribe","b",0]]',
      'complete success: PING > "PONG"',
    ],
  ],
  [
    'pushes of RESP3 between replies',
    [
      { client: command('GET', 'a') },
      { server: '>2\r\n$10\r\ninvalidate\r\n*1\r\n$1\r\na\r\n$1\r\n1\r\n' },
      { client: command('PSUBSCRIBE', 'x*') },
      { server: '>3\r\n$10\r\npsubscribe\r\n$2\r\nx*\r\n:1\r\n>4\r\n$8\r\npmessage\r\n$2\r\nx*\r\n$2\r\nxy\r\n$1\r\nm\r\n' },
    ],
    [
      'complete success: invalidate a > ["invalidate",["a"]]',
      'complete success: GET a > "1"',
      'complete success: PSUBSCRIBE x* > [["psubscribe","x*",1]]',
      'complete success: pmessage x* > ["pmessage","x*","xy","m"]',
    ],
  ],
  [
    'MONITOR',
    [
      { client: command('MONITOR') },
      { server: '+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] "auth" "secret"\r\n' },
      { client: command('PING') },
      { server: '+PONG\r\n' },
    ],
    [
      'complete success: MONITOR > "OK"',
      'complete success: [0 127.0.0.1:60866] "auth" "***" > "1339518083.107412 [0 127.0.0.1:60866] \\"auth\\" \\"***\\""',
      'complete success: PING > "PONG"',
    ],
  ],
  [
    'inline commands, quoted and with blank lines',
    [{ client: 'PING\r\n\r\nset a "b\\" c"\n' }, { server: '+PONG\r\n+OK\r\n' }],
    ['complete success: PING > "PONG"', 'complete success: SET a "b\\" c" > "OK"'],
  ],
  [
    'no replies when none are wanted',
    [
      {
        client:
          command('CLIENT', 'REPLY', 'SKIP') +
          command('SET', 'a', '1') +
          command('CLIENT', 'REPLY', 'OFF') +
          command('SET', 'b', '1') +
          command('CLIENT', 'REPLY', 'ON'),
      },
      { server: '+OK\r\n' },
    ],
    [
      'complete unknown: CLIENT REPLY SKIP > -',
      'complete unknown: SET a 1 > -',
      'complete unknown: CLIENT REPLY OFF > -',
      'complete unknown: SET b 1 > -',
      'complete success: CLIENT REPLY ON > "OK"',
    ],
  ],
  ['a reply whose command is held up', [{ server: '+PONG\r\n' }, { client: command('PING') }], ['complete success: PING > "PONG"']],
  [
    'a binary value',
    [{ client: '*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$3\r\n\xff\x00\\\r\n' }, { server: '$2\r\n\xfe\xff\r\n' }],
    ['complete success: SET b \\xff\\x00\\x5c > "\\\\xfe\\\\xff"'],
  ],
  [
    'replication, which is not read',
    [{ client: command('PSYNC', '?', '-1') }, { server: '+FULLRESYNC abc 0\r\n$3\r\nRDB' }, { client: command('REPLCONF', 'ACK', '0') }],
    ['complete success: PSYNC ? -1 > "FULLRESYNC abc 0" [replication-not-read]'],
  ],
  ['the server closes', [{ client: command('QUIT') }, { end: 1 }], ['incomplete unknown: QUIT > - [closed-before-response]']],
  [
    'the capture ends',
    [{ client: command('BLPOP', 'q', '0') }],
    ['incomplete unknown: BLPOP q 0 > - [response misses 0 at 0: after capture]'],
  ],
]

describe('a connection of Redis', () => {
  it.each(cases)('%s', (_, steps, expected) => {
    expect(talk(steps)).toEqual(expected)
    for (const segment of [1, 2, 7]) {
      expect(played(steps, { segment }), `cut to ${segment}`).toEqual(played(steps))
      expect(played(steps, { segment, restart: true }), `cut to ${segment}, restarted`).toEqual(played(steps))
    }
  })

  it.each(cases)('%s: but for bodies, the same where none are kept', (_, steps) => {
    const bodiless = (options?: Options) =>
      play(redis, steps, options).calls.map(({ request, response, ...call }) => [call, request?.wireBytes, response?.wireBytes])
    expect(bodiless({ keepBody: 0 })).toEqual(bodiless())
  })

  it('tells positions, names, database and user', () => {
    const { calls } = play(redis, [
      { client: command('AUTH', 'ann', 'x') + command('SELECT', '2') + command('CONFIG', 'GET', 'port') },
      { server: '+OK\r\n+OK\r\n-NOPERM this user has no permissions\r\n' },
    ])
    expect(calls.map(({ position }) => position)).toEqual([0, 30, 53])
    expect(calls[2]).toMatchObject({
      action: 'CONFIG GET',
      outcome: 'failure',
      fields: {
        db: {
          system: { name: 'redis' },
          operation: { name: 'CONFIG GET' },
          query: { text: 'CONFIG GET port' },
          namespace: '2',
          response: { status_code: 'NOPERM' },
        },
        user: { name: 'ann' },
        spider: { db: { message: 'NOPERM this user has no permissions' } },
      },
    })
  })

  it.each([
    [command('AUTH', 'hunter2')],
    [command('AUTH', 'ann', 'hunter2')],
    ['auth hunter2\r\n'],
    [command('HELLO', '3', 'AUTH', 'ann', 'hunter2', 'SETNAME', 'x')],
    [command('ACL', 'SETUSER', 'ann', 'on', '>hunter2', '#hunter2')],
    [command('CONFIG', 'SET', 'maxmemory', '1', 'requirepass', 'hunter2')],
    [command('MIGRATE', 'h', '1', 'k', '0', '5', 'AUTH2', 'ann', 'hunter2', 'KEYS', 'a')],
    [command('CONFIG', 'GET', 'require*'), '*2\r\n$11\r\nrequirepass\r\n$7\r\nhunter2\r\n'],
    [command('ACL', 'GENPASS'), '$7\r\nhunter2\r\n'],
    [command('AUTH', 'hunter2').slice(0, -4)],
  ])('masks the secret of %j', (client, server = '+OK\r\n') => {
    for (const segment of [1, 1000]) expect(JSON.stringify(told(client, server, segment))).not.toContain('hunter')
  })
})

const told = (client: string, server: string, segment: number) => {
  const { calls, pending } = play(redis, [{ client }, { server }], { segment })
  const texts = [...calls, ...pending].flatMap(({ request, response }) =>
    [request, response].map((part) => Buffer.from(part?.body?.content ?? []).toString()),
  )
  return [calls, pending, texts]
}

describe('a loss', () => {
  const ping = command('PING')
  const get = (key: string) => command('GET', key)
  it.each<[string, Step[], string[]]>([
    [
      'within a value: only its call is touched',
      [{ client: get('a') + get('b') }, { server: '$20\r\nabc' }, { gap: 1, missing: 17 }, { server: '\r\n$1\r\nx\r\n' }],
      ['incomplete success: GET a > "abc"… [response misses 17 at 8: not captured]', 'complete success: GET b > "x"'],
    ],
    [
      'of a reply, of a client that waits: the next command begins anew',
      [{ client: get('a') }, { gap: 1, missing: 7 }, { client: get('b') }, { server: '$1\r\nx\r\n' }],
      ['incomplete unknown: GET a > - [response misses 7 at 0: not captured]', 'complete success: GET b > "x" [pairing-presumed]'],
    ],
    [
      'of a command, of a client that waits: its reply stands alone',
      [
        { client: get('a') },
        { server: '$1\r\n1\r\n' },
        { gap: 0, missing: 20 },
        { server: '$1\r\n2\r\n' },
        { client: get('c') },
        { server: '$1\r\n3\r\n' },
      ],
      [
        'complete success: GET a > "1"',
        'incomplete success: - > "2" [request misses 20 at 20: not captured]',
        'complete success: GET c > "3" [pairing-presumed]',
      ],
    ],
    [
      'in a pipeline: nothing is paired before a pause',
      [
        { client: ping + ping },
        { gap: 0, missing: 14 },
        { client: get('c') },
        { server: '+PONG\r\n+PONG\r\n$1\r\n2\r\n$1\r\n3\r\n' },
        { client: get('d'), at: 1e6 },
        { server: '$1\r\n4\r\n' },
      ],
      [
        'complete success: PING > "PONG"',
        'complete success: PING > "PONG"',
        'incomplete success: - > "2" [request misses 14 at 28: not captured]',
        'incomplete success: - > "3" [request misses 14 at 28: not captured]',
        'incomplete unknown: GET c > - [request misses 14 at 28: not captured]',
        'complete success: GET d > "4" [pairing-presumed]',
      ],
    ],
    [
      'bytes that are not Redis',
      [{ client: command('PING') }, { server: 'hello\r\n' }, { client: command('PING'), at: 1e6 }, { server: '+PONG\r\n' }],
      ['malformed unknown: PING > - [unknown-type in response at 0]', 'complete success: PING > "PONG" [pairing-presumed]'],
    ],
  ])('%s', (_, steps, expected) => {
    expect(talk(steps)).toEqual(expected)
    expect(talk(steps, { restart: true })).toEqual(expected)
  })

  it('before the capture: begins at the next command, and says that pairs are presumed', () => {
    const steps: Step[] = [{ server: 'rest of a value\r\n' }, { client: ping }, { server: '+PONG\r\n' }]
    expect(talk(steps, { midway: true })).toEqual(['complete success: PING > "PONG" [pairing-presumed]'])
    const many = Array.from({ length: 10 }, (): Step[] => [{ client: ping }, { server: '+PONG\r\n' }]).flat()
    expect(talk(many, { midway: true }).at(-1)).toBe('complete success: PING > "PONG"')
  })
})
