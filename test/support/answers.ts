/** A server whose answers are of every kind that the details show, and hostile ones. */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deflateSync } from 'node:zlib'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
/** Of 2001: it has always expired. */
export const TOKEN = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub: 'ann', iat: 1_000_000_000, exp: 1_000_003_600 })}.c2lnbmF0dXJl`

export const HOSTILE = (trap: string): string => `<!doctype html><html><head><title>x</title>
<meta http-equiv="refresh" content="0;url=${trap}/refresh"><base href="${trap}/"><link rel="preconnect" href="${trap}"><link rel="stylesheet" href="${trap}/style.css">
<style>h1 { color: rgb(1, 2, 3) } p { background: url(${trap}/background.png) }</style></head>
<body onload="fetch('${trap}/onload')"><h1>Harmless after all</h1><script>fetch('${trap}/script'); top.stolen = 1</script>
<img src="${trap}/image.png" onerror="fetch('${trap}/onerror')"><svg><image href="${trap}/svg.png"/></svg>
<iframe src="${trap}/frame"></iframe><object data="${trap}/object"></object><form action="${trap}/form"><button>go</button></form></body></html>`

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length)
  body.copy(out, 4)
  out.writeUInt32BE(crc(body), body.length + 4)
  return out
}
const crc = (bytes: Buffer): number => {
  let value = 0xffffffff
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  return (value ^ 0xffffffff) >>> 0
}

/** A square of one colour, as PNG. */
const picture = (size: number): Buffer => {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(size)
  head.writeUInt32BE(size, 4)
  head.set([8, 2], 8)
  const row = Buffer.concat([Buffer.of(0), Buffer.alloc(size * 3, Buffer.of(11, 106, 115))])
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)))
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))])
}

type Answer = (response: ServerResponse, trap: string) => void
const of =
  (type: string, body: string | Buffer, headers: Record<string, string | string[]> = {}): Answer =>
  (response) =>
    void response.writeHead(200, { 'content-type': type, ...headers }).end(body)

let turns = 0
const ANSWERS: Record<string, Answer> = {
  '/json': (response) => {
    turns++
    response.writeHead(200, {
      'content-type': 'application/json',
      'cache-control': 'private, max-age=60',
      etag: '"v1"',
      vary: 'Accept',
      'set-cookie': ['session=abc; Path=/; Max-Age=3600', 'theme=dark; Secure; HttpOnly; SameSite=Strict'],
    })
    response.end(
      `{"id":12345678901234567890,"turn":${turns},"items":[{"sku":"A-1","price":12.50},{"sku":"B-2","price":7}],"note":"it's <b>bold</b>","at":"${new Date().toISOString()}"}`,
    )
  },
  '/html': (response, trap) => void response.writeHead(200, { 'content-type': 'text/html' }).end(HOSTILE(trap)),
  '/image': of('image/png', picture(64)),
  '/csv': of('text/csv', 'name,stock\n"Kettle, red",3\nTeapot,12\n'),
  '/events': of('text/event-stream', 'event: price\nid: 7\ndata: {"sku":"A-1"}\n\ndata: second\n\n'),
  '/lines': of('application/x-ndjson', '{"n":1}\n{"n":2}\n'),
  '/large': of('application/octet-stream', Buffer.alloc(8 << 20, Buffer.from('\0binary\xff', 'latin1'))),
  '/latin': of('text/plain; charset=iso-8859-1', Buffer.from('caf\xe9', 'latin1')),
  '/form': of('text/plain', 'thank you'),
}

/** Listens on a free port of 127.0.0.1. `trap` is where hostile bodies would lead. */
export async function startAnswers(trap: string): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    request.resume()
    request.on('end', () => (ANSWERS[new URL(request.url!, 'http://x').pathname] ?? of('text/plain', 'nothing'))(response, trap))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
