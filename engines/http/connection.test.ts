import { brotliCompressSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { play, played, type Step } from './script.case.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const post = (headers: string, body: string): string => `POST /p HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`
const answer = (headers: string, body: string, status = '200 OK'): string => `HTTP/1.1 ${status}\r\n${headers}\r\n${body}`

/** Name, script, exchanges. Each also runs byte by byte, with a restart between all bytes. */
const cases: [string, Step[], string[]][] = [
  ['a call', [{ client: GET }, { server: OK }], ['0 complete: GET / 0 > 200 2 "ok"']],
  [
    'two calls on one connection',
    [{ client: GET }, { server: OK }, { client: GET }, { server: OK }],
    ['0 complete: GET / 0 > 200 2 "ok"', '27 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'pipelined calls',
    [{ client: GET + GET.replace('/', '/2') }, { server: OK + answer('Content-Length: 0\r\n', '') }],
    ['0 complete: GET / 0 > 200 2 "ok"', '27 complete: GET /2 0 > 200 0'],
  ],
  [
    'a body with a length',
    [{ client: post('Content-Length: 3\r\n', 'abc') }, { server: OK }],
    ['0 complete: POST /p 3 "abc" > 200 2 "ok"'],
  ],
  [
    'HEAD: a length without a body',
    [{ client: GET.replace('GET', 'HEAD') }, { server: answer('Content-Length: 500\r\n', '') }, { client: GET }, { server: OK }],
    ['0 complete: HEAD / 0 > 200 0', '28 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    '204 and 304: no body',
    [{ client: GET + GET }, { server: answer('Content-Length: 9\r\n', '', '304 Not Modified') + answer('', '', '204 No Content') }],
    ['0 complete: GET / 0 > 304 0', '27 complete: GET / 0 > 204 0'],
  ],
  [
    'a body up to the end of the connection',
    [{ client: GET }, { server: answer('', 'all of it') }, { end: 1 }],
    ['0 complete: GET / 0 > 200 9 "all of it"'],
  ],
  [
    'such a body, when the capture ends first',
    [{ client: GET }, { server: answer('', 'some') }],
    ['0 incomplete: GET / 0 > 200 4 "some" cut truncated [response misses 0 at 23: after capture]'],
  ],
  [
    'chunks, an extension, trailers',
    [{ client: post('Transfer-Encoding: chunked\r\n', '3;x="y"\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: v\r\n\r\n') }, { server: OK }],
    ['0 complete: POST /p 13 "abc0123456789" > 200 2 "ok"'],
  ],
  [
    '100-continue',
    [{ client: post('Content-Length: 1\r\n', '') }, { server: 'HTTP/1.1 100 Continue\r\n\r\n' }, { client: 'x' }, { server: OK }],
    ['0 complete: POST /p 1 "x" > 200 2 "ok" [100]'],
  ],
  [
    'early hints',
    [{ client: GET }, { server: 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n' }, { server: OK }],
    ['0 complete: GET / 0 > 200 2 "ok" [103]'],
  ],
  [
    'an answer before the request ended',
    [{ client: post('Content-Length: 4\r\n', 'ab') }, { server: OK }, { client: 'cd' }],
    ['0 complete: POST /p 4 "abcd" > 200 2 "ok"'],
  ],
  [
    'HTTP/1.0 kept alive',
    [
      { client: 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n' },
      { server: 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx' },
      { client: 'GET /2 HTTP/1.0\r\n\r\n' },
      { server: 'HTTP/1.0 404 No\r\n\r\ny' },
      { end: 1 },
    ],
    ['0 complete: GET / 0 > 200 1 "x"', '42 complete: GET /2 0 > 404 1 "y"'],
  ],
  [
    'an upgrade',
    [
      { client: 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n' },
      { server: 'HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n\r\n\x81\x05hello' },
      { client: '\x81\x85GET / HTTP/1.1\r\n\r\n' },
    ],
    ['0 complete: GET / 0 > 101 0 [upgrade websocket]'],
  ],
  [
    'a tunnel',
    [
      { client: 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n' },
      { server: 'HTTP/1.1 200 OK\r\n\r\n' },
      { client: '\x16\x03\x01' },
      { server: '\x16\x03\x03' },
    ],
    ['0 complete: CONNECT a:443 0 > 200 0 [upgrade tunnel]'],
  ],
  [
    'a tunnel refused',
    [
      { client: 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n' },
      { server: answer('Content-Length: 2\r\n', 'no', '403 Forbidden') },
      { client: GET },
      { server: OK },
    ],
    ['0 complete: CONNECT a:443 0 > 403 2 "no"', '39 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'absolute and asterisk form',
    [{ client: 'GET http://a/b?c HTTP/1.1\r\nHost: a\r\n\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n' }, { server: OK + OK }],
    ['0 complete: GET http://a/b?c 0 > 200 2 "ok"', '38 complete: OPTIONS * 0 > 200 2 "ok"'],
  ],
  [
    'an empty line before the request',
    [{ client: `\r\n${GET}` }, { server: OK }],
    ['2 complete: GET / 0 > 200 2 "ok" [blank-line-before-message]'],
  ],
  [
    'bare LF',
    [{ client: 'GET / HTTP/1.1\nHost: a\n\n' }, { server: 'HTTP/1.1 200 OK\nContent-Length: 1\n\nx' }],
    ['0 complete: GET / 0 > 200 1 "x" [bare-lf]'],
  ],
  [
    'obs-fold, also of a length',
    [
      { client: 'GET / HTTP/1.1\r\nHost:\r\n a\r\nX: one\r\n\ttwo\r\n\r\n' },
      { server: 'HTTP/1.1 200 OK\r\nContent-Length:\r\n 2\r\n\r\nok' },
    ],
    ['0 complete: GET / 0 > 200 2 "ok" [obs-fold]'],
  ],
  [
    'space before the colon',
    [{ client: GET }, { server: answer('Content-Length : 2\r\n', 'ok') }],
    ['0 complete: GET / 0 > 200 2 "ok" [space-before-colon]'],
  ],
  [
    'a length and chunks',
    [{ client: post('Content-Length: 4\r\nTransfer-Encoding: chunked\r\n', '1\r\nx\r\n0\r\n\r\n') }, { server: OK }],
    ['0 complete: POST /p 1 "x" > 200 2 "ok" [content-length-and-transfer-encoding]'],
  ],
  [
    'repeated and different lengths',
    [{ client: post('Content-Length: 1\r\nContent-Length: 1\r\n', 'x') + post('Content-Length: 1, 2\r\n', 'x') }, { server: OK + OK }],
    [
      '0 complete: POST /p 1 "x" > 200 2 "ok" [repeated-content-length]',
      '68 complete: POST /p 1 "x" > 200 2 "ok" [conflicting-content-length]',
    ],
  ],
  [
    'chunks that are not the last coding of a request',
    [{ client: post('Transfer-Encoding: chunked, gzip\r\n', '') }, { server: OK }],
    ['0 malformed: POST /p 0 cut > 200 2 "ok" [transfer-encoding-not-chunked, body-without-length in request at 63]'],
  ],
  [
    'no Host, two Hosts',
    [{ client: 'GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n' }, { server: OK + OK }],
    ['0 complete: GET / 0 > 200 2 "ok" [missing-host]', '18 complete: GET / 0 > 200 2 "ok" [repeated-host]'],
  ],
  [
    'a bad chunk',
    [{ client: GET }, { server: answer('Transfer-Encoding: chunked\r\n', '3\r\nabc\r\nzz\r\n') }],
    ['0 malformed: GET / 0 > 200 3 "abc" cut truncated [bad-chunk-size in response at 55]'],
  ],
  [
    'garbage from the client',
    [{ client: '\x00\x01\x02' }, { server: answer('Content-Length: 0\r\n', '', '400 Bad Request') }],
    ['0 malformed: - > 400 0 [not-a-request-line in request at 0]'],
  ],
  [
    'garbage from both',
    [{ client: 'hello you\r\n' }, { server: 'hello\r\n' }],
    ['0 malformed: - > - [request-without-version in request at 0]'],
  ],
  [
    'garbage from the server',
    [{ client: GET }, { server: 'SSH-2.0-x\r\n' }],
    ['0 malformed: GET / 0 > - [not-a-status-line in response at 0]'],
  ],
  ['a request without an answer', [{ client: GET }, { end: 1 }], ['0 incomplete: GET / 0 > - [closed-before-response]']],
  [
    'a request without an answer, when the capture ends',
    [{ client: GET }],
    ['0 incomplete: GET / 0 > - [response misses 0 at 0: after capture]'],
  ],
  [
    'a body cut by the end of the connection',
    [{ client: GET }, { server: answer('Content-Length: 9\r\n', 'abc') }, { end: 1 }],
    ['0 incomplete: GET / 0 > 200 3 "abc" cut truncated [closed-before-end]'],
  ],
  [
    'a body cut by the end of the capture',
    [{ client: GET }, { server: answer('Content-Length: 9\r\n', 'abc') }],
    ['0 incomplete: GET / 0 > 200 3 "abc" cut truncated [response misses 6 at 41: after capture]'],
  ],
  [
    'a gap in a body with a length: in step after it',
    [
      { client: GET + GET },
      { server: answer('Content-Length: 6\r\n', 'ab') },
      { gap: 1, missing: 2, reason: 'dropped by kernel' },
      { server: `ef${OK}` },
    ],
    ['0 incomplete: GET / 0 > 200 6 "ab" cut truncated [response misses 2 at 40: dropped by kernel]', '27 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'a gap in chunks: back in step at the next message',
    [
      { client: GET },
      { server: answer('Transfer-Encoding: chunked\r\n', '9\r\nabc') },
      { gap: 1, missing: 9 },
      { server: 'xyz' },
      { client: GET },
      { server: OK },
    ],
    ['0 incomplete: GET / 0 > 200 12 "abc" cut truncated [response misses 9 at 53: not captured]', '27 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'a lost request',
    [{ client: GET }, { server: OK }, { gap: 0, missing: 27 }, { server: OK }, { client: GET }, { server: OK }],
    [
      '0 complete: GET / 0 > 200 2 "ok"',
      '-41 incomplete: - > 200 2 "ok" [request misses 27 at 27: not captured]',
      '54 complete: GET / 0 > 200 2 "ok"',
    ],
  ],
  [
    'a lost request, found lost after its answer',
    [{ client: GET }, { server: OK }, { server: OK }, { gap: 0, missing: 27 }, { client: GET }, { server: OK }],
    [
      '0 complete: GET / 0 > 200 2 "ok"',
      '-41 incomplete: - > 200 2 "ok" [request misses 27 at 27: not captured]',
      '54 complete: GET / 0 > 200 2 "ok"',
    ],
  ],
  [
    'a lost HEAD request: its answer has no body, whatever it announces',
    [{ gap: 0, missing: 28 }, { server: answer('Transfer-Encoding: chunked\r\n', '') }, { client: GET }, { server: OK }],
    ['-1 incomplete: - > 200 0 [request misses 28 at 0: not captured]', '28 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'a lost answer',
    [{ client: GET }, { gap: 1, missing: 40 }, { client: GET }, { server: OK }],
    ['0 incomplete: GET / 0 > - [response misses 40 at 0: not captured]', '27 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'two pipelined answers, the end of one and the beginning of the other lost: who is answered next is told from the end, when both have closed',
    [
      { client: GET + GET.replace('/', '/2') },
      { gap: 1, missing: 30 },
      { server: 'ok' },
      { client: GET.replace('/', '/3') },
      { server: OK },
      { client: GET.replace('/', '/4') },
      { server: OK },
      { end: 0 },
      { end: 1 },
    ],
    [
      '0 incomplete: GET / 0 > - [response misses 30 at 0: not captured, pairing-uncertain]',
      '27 incomplete: GET /2 0 > - [pairing-uncertain]',
      '55 complete: GET /3 0 > 200 2 "ok"',
      '83 complete: GET /4 0 > 200 2 "ok"',
    ],
  ],
  [
    'the same lost, when the capture ends first: nobody knows',
    [
      { client: GET + GET.replace('/', '/2') },
      { gap: 1, missing: 30 },
      { server: 'ok' },
      { client: GET.replace('/', '/3') },
      { server: OK },
    ],
    [
      '0 incomplete: GET / 0 > - [response misses 30 at 0: not captured, pairing-uncertain]',
      '27 incomplete: GET /2 0 > - [response misses 0 at 72: after capture, pairing-uncertain]',
      '55 incomplete: GET /3 0 > - [response misses 0 at 72: after capture, pairing-uncertain]',
      '-33 incomplete: - > 200 2 "ok" [pairing-uncertain]',
    ],
  ],
  [
    'the end of a method is not one: a request whose beginning was lost is passed over',
    [{ gap: 0, missing: 1 }, { client: GET.slice(1) }, { server: OK }, { client: GET }, { server: OK }],
    ['-1 incomplete: - > 200 2 "ok" [request misses 1 at 0: not captured]', '27 complete: GET / 0 > 200 2 "ok"'],
  ],
  [
    'an answer alone',
    [{ server: OK }, { client: GET }, { server: OK }],
    ['-1 incomplete: - > 200 2 "ok"', '0 complete: GET / 0 > 200 2 "ok"'],
  ],
  ['only answers', [{ server: OK }, { server: OK }], ['-1 incomplete: - > 200 2 "ok"', '-41 incomplete: - > 200 2 "ok"']],
]

describe('a connection', () => {
  it.each(cases)('%s', (_, steps, expected) => expect(played(steps)).toEqual(expected))

  const splittable = cases.filter(([name]) => !/lost|alone|gap in chunks|refused|only|garbage/.test(name))
  it.each(splittable)('byte by byte, saved and loaded: %s', (_, steps, expected) => {
    expect(played(steps, { segment: 1 })).toEqual(expected)
    expect(played(steps, { segment: 1, restart: true })).toEqual(expected)
  })

  it('finds its way in when the capture began in the middle', () => {
    const steps: Step[] = [{ client: 'rest of a body' }, { server: 'rest too' }, { client: GET }, { server: OK }]
    expect(played(steps, { midway: true })).toEqual(['14 complete: GET / 0 > 200 2 "ok"'])
  })

  it('takes a request that comes late for the answer it belongs to', () => {
    const exchanges: string[] = played([{ server: OK }, { client: GET }], {})
    expect(exchanges).toHaveLength(2)
  })
})

describe('bodies', () => {
  const coded = (coding: string, bytes: Uint8Array): Step[] => [
    { client: GET },
    {
      server: Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${bytes.length}\r\n\r\n`),
        bytes,
      ]),
    },
  ]
  const body = (steps: Step[], limits = {}) => play(steps, { limits })[0].response!.body

  it('undoes codings, also in chains', () => {
    expect(body(coded('gzip', gzipSync('text')))).toMatchObject({ bytes: 4, undecoded: undefined, truncated: false })
    const chain = body(coded('gzip, br', brotliCompressSync(gzipSync('text'))))
    expect([chain.bytes, Buffer.from(chain.content!).toString()]).toEqual([4, 'text'])
  })

  it('says why a coding cannot be undone, and keeps what was sent', () => {
    expect(body(coded('zip', Buffer.from('abc')))).toMatchObject({ bytes: 3, sha256: undefined, undecoded: 'unknown coding: zip' })
    expect(body(coded('gzip', gzipSync(Buffer.alloc(5000))), { decoded: 1000 }).undecoded).toBe('too large')
    expect(body(coded('gzip', Buffer.from('not gzip'))).undecoded).toBe('gzip: bad data')
  })

  it('keeps what could be undone of damaged data', () => {
    const text = Array.from({ length: 3000 }, (_, i) => String(i * 7919)).join(' ')
    const cut = body(coded('gzip', gzipSync(text).subarray(0, 4000)))
    expect(cut.undecoded).toMatch(/^gzip: bad data behind \d+ bytes$/)
    expect(text.startsWith(Buffer.from(cut.content!).toString())).toBe(true)
    expect(cut).toMatchObject({ truncated: true, sha256: undefined })
  })

  it.each([0, 1, 100, 1000, 5000])('keeps %i bytes at most, and hashes all', (keepBody) => {
    const text = 'x'.repeat(3000)
    const steps: Step[] = [{ client: GET }, { server: answer(`Content-Length: ${text.length}\r\n`, text) }]
    const whole = body(steps)
    for (const options of [{}, { segment: 700 }, { segment: 700, restart: true }]) {
      for (const gather of [500, 1000, 10_000]) {
        const got = play(steps, { ...options, limits: { keepBody, gather } })[0].response!.body
        expect([got.sha256, got.content?.length ?? 0, got.truncated]).toEqual([
          whole.sha256,
          Math.min(keepBody, 3000),
          keepBody > 0 && keepBody < 3000,
        ])
      }
    }
  })
})

it('a connection that rests remembers whether its client pipelines, and nobody is sure of what is answered after a loss', () => {
  const talk = (begin: Step[]): Step[] => [
    ...begin,
    { client: GET },
    { gap: 1, missing: 5 },
    { client: GET.replace('/', '/2') },
    { server: OK },
  ]
  const pipelined = talk([{ client: GET + GET }, { server: OK }, { server: OK }])
  const single = talk([{ client: GET }, { server: OK }, { client: GET }, { server: OK }])
  for (const steps of [pipelined, single]) expect(played(steps, { restart: true })).toEqual(played(steps))
  expect(played(pipelined).slice(2)).not.toEqual(played(single).slice(2))
})

describe('limits', () => {
  it('on a head', () => {
    const steps: Step[] = [{ client: `GET /${'x'.repeat(200)} HTTP/1.1\r\n\r\n` }]
    for (const segment of [1, 7, 1000])
      expect(played(steps, { limits: { head: 100 }, segment })[0]).toContain('head-too-large in request at 0')
  })

  it('on headers, on chunk extensions, on open exchanges', () => {
    const [exchange] = play([{ client: `GET / HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(20)}\r\n` }], { limits: { headers: 4 } })
    expect([exchange.request!.headers.length, exchange.findings]).toEqual([8, ['too-many-headers']])
    const chunks: Step[] = [{ client: post('Transfer-Encoding: chunked\r\n', `1;${'e'.repeat(50)}\r\nx\r\n0\r\n\r\n`) }]
    expect(played(chunks, { limits: { chunkExtension: 10 } })[0]).toContain('chunk-extension-too-large')
    expect(
      play([{ client: GET.repeat(10) }], { limits: { open: 3 } }).filter((one) => one.findings.includes('too-many-open')),
    ).toHaveLength(7)
  })
})
