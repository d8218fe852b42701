import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'

/** So many streams are open at once on each connection, as browsers and gRPC clients have them. */
const STREAMS = 50
const CONNECTIONS = 4

/** A server and clients of HTTP/2 in this process: JSON of some KB, headers alike but for a few. `run` makes so many calls. */
export async function startHttp2Load() {
  const item = JSON.stringify({ items: Array.from({ length: 60 }, (_, id) => ({ id, name: `item number ${id}`, price: id * 3.5 })) })
  const server = http2.createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', etag: `"${request.url.length}-${request.headers['x-request-id']}"` })
    response.end(item)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  const clients: http2.ClientHttp2Session[] = []
  let calls = 0
  const call = (client: http2.ClientHttp2Session) =>
    new Promise<void>((done, fail) => {
      const id = String(calls++)
      const stream = client.request({ ':path': `/api/items?page=${id}`, 'user-agent': 'bench/1.0', accept: '*/*', 'x-request-id': id })
      stream.on('error', fail)
      stream.on('end', done)
      stream.resume()
    })
  const worker = async (client: http2.ClientHttp2Session, count: number) => {
    for (let i = 0; i < count; i++) await call(client)
  }
  return {
    port,
    async run(count: number): Promise<number> {
      // Not before: a capture begins with the connections.
      while (clients.length < CONNECTIONS) clients.push(http2.connect(`http://127.0.0.1:${port}`))
      const each = Math.ceil(count / (CONNECTIONS * STREAMS))
      await Promise.all(clients.flatMap((client) => Array.from({ length: STREAMS }, () => worker(client, each))))
      return each * CONNECTIONS * STREAMS
    },
    async stop() {
      await Promise.all(clients.map((client) => new Promise<void>((done) => client.close(done))))
      server.close()
    },
  }
}
