/**
 * What one HTTP exchange costs, stage by stage: reading and pairing, the body's hash, the JSON line. By hand:
 *   node bench/http.ts [exchanges]           (--cpu-prof shows where it goes)
 * "same heads": a connection that is kept open, heads alike but for the Date; "other heads": no two alike, on many connections.
 */
import { gzipSync } from 'node:zlib'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { HttpConnection } from '#engines/http/connection.ts'
import type { Codecs, HttpExchange } from '#engines/http/facts.ts'
import { alone } from '#engines/protocols/alone.case.ts'
import { connectionWith } from '#engines/tcp/connection.case.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import { micros } from '#engines/time.ts'
import { toDocument } from '#functions/parsing/http/document.ts'
import { JsonLines } from '#functions/parsing/json-lines.ts'

const exchanges = Number(process.argv[2] ?? 200_000)
const codecs = await loadCodecs()
const hashless: Codecs = { ...codecs, sha256: () => '' }
const context = { team: 'local', agents: ['bench'], names: () => undefined }
const CONNECTIONS = 32
const KEPT = 1000

const connectionAt = (index: number): Connection =>
  connectionWith({
    id: index.toString(16).padStart(32, '0'),
    client: { ip: '10.0.0.1', port: 40_000 + index },
    start: micros(1_767_607_200e6),
    end: micros(1_767_607_200e6),
  })

const body = JSON.stringify({ items: Array.from({ length: 25 }, (_, id) => ({ id, name: `item number ${id}`, price: id * 3.5 })) }).padEnd(
  1504,
)
const request = (unique: string) =>
  Buffer.from(`GET /api/items?page=1 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: bench/1.0\r\nAccept: */*\r\n${unique}\r\n`)
const response = (unique: string, content: Uint8Array, framing = `Content-Length: ${content.length}\r\n`) =>
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n${framing}${unique}Connection: keep-alive\r\n\r\n`),
    content,
  ])
const plain = Buffer.from(body)
const gzipped = gzipSync(plain)
const chunked = Buffer.from(`5e0\r\n${body}\r\n0\r\n\r\n`)

interface Case {
  name: string
  messages: [Uint8Array, Uint8Array][]
}
const list = (make: (i: number) => [Uint8Array, Uint8Array]) => Array.from({ length: KEPT }, (_, i) => make(i))
const trace = (i: number) => `traceparent: 00-${(i + 1).toString(16).padStart(32, 'a')}-00000000000000aa-01\r\n`
const cases: Case[] = [
  { name: 'same heads, 1.5 KB JSON', messages: list(() => [request(''), response('', plain)]) },
  { name: 'other heads, 1.5 KB JSON', messages: list((i) => [request(trace(i)), response(`X-Request-Id: ${i}\r\n`, plain)]) },
  {
    name: 'other heads, chunked',
    messages: list((i) => [request(trace(i)), response(`X-Request-Id: ${i}\r\n`, chunked, 'Transfer-Encoding: chunked\r\n')]),
  },
  {
    name: 'other heads, gzip',
    messages: list((i) => [request(trace(i)), response(`X-Request-Id: ${i}\r\nContent-Encoding: gzip\r\n`, gzipped)]),
  },
]

const run = ({ messages }: Case, with_: Codecs, take: (connection: Connection, exchange: HttpExchange) => void): number => {
  const connections = Array.from({ length: CONNECTIONS }, (_, i) => connectionAt(i))
  const limits = { keepBody: 0 }
  const open = connections.map((connection) => {
    const host = {
      ...alone,
      codecs: with_,
      limits,
      exchange: (exchange: HttpExchange) => take(connection, exchange),
      call() {},
      handOver() {},
    }
    return new HttpConnection(host)
  })
  const start = process.cpuUsage()
  for (let i = 0; i < exchanges; i++) {
    const http = open[i % CONNECTIONS]
    const [asked, answered] = messages[i % KEPT]
    http.receive(0, asked, 0, asked.length, micros(1_767_607_200e6 + i * 10))
    http.receive(1, answered, 0, answered.length, micros(1_767_607_200e6 + i * 10 + 5))
  }
  const { user, system } = process.cpuUsage(start)
  return ((user + system) * 1000) / exchanges
}

const lines = new JsonLines(context)
const write = (connection: Connection, exchange: HttpExchange) => {
  lines.write(exchange, connection)
  if (lines.length > 65_536) lines.take()
}

console.log(`ns of CPU per exchange, ${exchanges} exchanges, Node ${process.version}`)
console.log(
  ['case', 'read', '+ hash', '+ JSON line', 'all', '(document alone)'].map((title, i) => title.padStart(i === 0 ? -1 : 14)).join(''),
)
for (const one of cases) {
  for (let i = 0; i < 2; i++) run(one, codecs, write)
  const read = run(one, hashless, () => undefined)
  const hashed = run(one, codecs, () => undefined)
  const all = run(one, codecs, write)
  const documents = run(one, codecs, (connection, exchange) => void toDocument(exchange, connection, context))
  const columns = [read, hashed - read, all - hashed, all, documents - hashed].map((ns) => ns.toFixed(0).padStart(14))
  console.log(one.name.padEnd(26) + columns.join(''))
}
