/** What is said on one connection until it is idle, by protocol; a little different on each, as it is between clients of one server. For tests and measurements. */
import { answer, ask } from '../dns/build.case.ts'
import { END_HEADERS, END_STREAM, HEADERS, PREFACE, SETTINGS } from '../http2/frames.ts'
import {
  authentication,
  bind,
  bindComplete,
  columns,
  describeStatement,
  execute,
  keyData,
  parameterStatus,
  parse,
  parseComplete,
  ready,
  row,
  startup,
  sync,
  tag,
} from '../postgresql/messages.case.ts'
import { talk } from '../tls/peers.case.ts'
import type { FindSecrets } from '../tls/secrets.ts'

export interface Said {
  side: 0 | 1
  bytes: Uint8Array
}

export interface Conversation {
  said(i: number): Said[]
  secrets?: FindSecrets
}

const client = (text: string): Said => ({ side: 0, bytes: Buffer.from(text, 'latin1') })
const server = (text: string): Said => ({ side: 1, bytes: Buffer.from(text, 'latin1') })

const http = (i: number): Said[] => [
  client(`GET /things/${i} HTTP/1.1\r\nHost: things\r\nAccept: */*\r\n\r\n`),
  server('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nthing'),
]

const frame = (type: number, flags: number, stream: number, content: string): string =>
  Buffer.from([0, content.length >> 8, content.length & 255, type, flags, 0, 0, 0, stream]).toString('latin1') + content
/** Each goes into the table of headers (RFC 7541 section 6.2.1), as with most encoders. */
const headers = (stream: number, named: Record<string, string>): string =>
  frame(
    HEADERS,
    END_HEADERS | END_STREAM,
    stream,
    Object.entries(named)
      .map((pair) => `\x40${pair.map((text) => String.fromCharCode(text.length) + text).join('')}`)
      .join(''),
  )

const h2 = (i: number): Said[] => [
  client(
    `${PREFACE}${frame(SETTINGS, 0, 0, '')}${headers(1, {
      ':method': 'GET',
      ':scheme': 'https',
      ':authority': 'things.shop.example',
      ':path': `/things/${i}`,
      'user-agent': 'things-client/2.31.0 (linux; x64)',
      accept: 'application/json, text/plain, */*',
      'accept-encoding': 'gzip, deflate, br',
      'x-request-id': `6f9c1b2e-${String(i).padStart(12, '0')}`,
    })}`,
  ),
  server(
    `${frame(SETTINGS, 0, 0, '')}${headers(1, {
      ':status': '204',
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-cache, no-store',
      server: 'things/2.31.0',
      date: new Date(1_767_607_200e3 + i * 1000).toUTCString(),
    })}`,
  ),
  // The same again, out of the tables.
  client(frame(HEADERS, END_HEADERS | END_STREAM, 3, '\xc5\xc4\xc3\xc2\xc1\xc0\xbf\xbe')),
  server(frame(HEADERS, END_HEADERS | END_STREAM, 3, '\xc2\xc1\xc0\xbf\xbe')),
]

const redis = (i: number): Said[] => [
  client('*2\r\n$6\r\nSELECT\r\n$1\r\n2\r\n'),
  server('+OK\r\n'),
  client(`*2\r\n$3\r\nGET\r\n$14\r\nthing:${String(i).padStart(8, '0')}\r\n`),
  server('$5\r\nthing\r\n'),
]

const QUERY = 'select id, name, price, changed from things where id = $1 and removed is null order by changed desc limit 10'
const COLUMNS = columns(['id', 23], ['name', 25], ['price', 1700], ['changed', 1184])
const postgresql = (i: number): Said[] => [
  client(startup('user', 'things', 'database', 'shop', 'application_name', `things-${i % 10}`)),
  server(
    authentication(0) +
      [
        ['server_version', '16.4'],
        ['server_encoding', 'UTF8'],
        ['client_encoding', 'UTF8'],
        ['DateStyle', 'ISO, MDY'],
        ['TimeZone', 'Etc/UTC'],
      ]
        .map(([name, value]) => parameterStatus(name, value))
        .join('') +
      keyData +
      ready(),
  ),
  client(parse('thing', QUERY, 23) + describeStatement('thing') + bind('', 'thing', [String(i)]) + execute('') + sync),
  server(parseComplete + COLUMNS + bindComplete + row(String(i), 'a thing', '3.50', '2026-01-05') + tag('SELECT 1') + ready()),
  // The statement again, by its name.
  client(bind('', 'thing', [String(i)]) + execute('') + sync),
  server(bindComplete + row(String(i), 'a thing', '3.50', '2026-01-05') + tag('SELECT 1') + ready()),
]

const websocket = (i: number): Said[] => [
  client(
    `GET /chat/${i} HTTP/1.1\r\nHost: things\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  ),
  server('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
  client('\x81\x85\x01\x02\x03\x04\x75\x6a\x6a\x6a\x66'),
  server('\x81\x05thing'),
]

const withLength = (bytes: Uint8Array): Uint8Array => Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
const dns = (i: number): Said[] => [
  { side: 0, bytes: withLength(ask(`host-${i}.shop.example`, i & 65_535)) },
  { side: 1, bytes: withLength(answer(`host-${i}.shop.example`, i & 65_535, [10, 0, 0, 1])) },
]

const [RANDOM_AT, RANDOM, CLOSE_NOTIFY] = [11, 32, 24]
/** One real talk in TLS 1.3, with two calls of HTTP in it: what follows from its secrets does not hang on the client random, which is another one each time. */
const tls = async (): Promise<Conversation> => {
  const { connections, log } = await talk({ answers: [37, 500] })
  const [hello, ...after] = connections[0].slice(0, connections[0].findLastIndex(({ bytes }) => bytes.length > CLOSE_NOTIFY) + 1)
  const [secrets] = Object.values(log)
  return {
    secrets: () => secrets,
    said(i) {
      const bytes = Buffer.from(hello.bytes)
      for (let at = 0; at < RANDOM; at += 4) bytes.writeUInt32BE((i * 2_654_435_761 + at * 40_503) >>> 0, RANDOM_AT + at)
      return [{ side: 0, bytes }, ...after]
    },
  }
}

/** By name, those that are made when they are asked for. */
export const CONVERSATIONS: Readonly<Record<string, () => Conversation | Promise<Conversation>>> = {
  HTTP: () => ({ said: http }),
  'HTTP/2': () => ({ said: h2 }),
  Redis: () => ({ said: redis }),
  PostgreSQL: () => ({ said: postgresql }),
  WebSocket: () => ({ said: websocket }),
  'DNS over TCP': () => ({ said: dns }),
  'HTTP in TLS': tls,
}
