// A program for gocipher.bench.ts to watch: `node gocipher-target.ts calls LIBCRYPTO LIBSSL COUNT`: how much CPU time a call of SSL_write takes, ns;
// `node gocipher-target.ts connections RATE SECONDS [PORT]`: so many new TLS connections a second, a call of HTTP over each. Each says its numbers as JSON.
import { once } from 'node:events'
import { connect, createServer, type TLSSocket } from 'node:tls'
import koffi, { type LibraryHandle } from 'koffi'
import { selfSigned } from '../demo/certificate.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello'

const [, , what, ...rest] = process.argv
if (what === 'calls') await calls(rest[0], rest[1], Number(rest[2]))
else await connections(Number(rest[0]), Number(rest[1]), Number(rest[2] ?? 0))

/** Writes into memory with a library, again at each line of standard input. */
async function calls(cryptoPath: string, sslPath: string, count: number): Promise<void> {
  const crypto = koffi.load(cryptoPath, { deep: true })
  const ssl = koffi.load(sslPath, { deep: true })
  const { write, client, empty } = open(crypto, ssl)
  const byte = Buffer.from('x')
  for await (const _ of process.stdin) {
    const start = process.cpuUsage()
    for (let call = 0; call < count; call++) {
      write(client, byte, 1)
      if (call % 1000 === 999) empty()
    }
    const { user, system } = process.cpuUsage(start)
    console.log(JSON.stringify({ ns: ((user + system) * 1000) / count }))
  }
}

/** A session in memory: a client that can write, and what empties the way to its server. */
function open(crypto: LibraryHandle, ssl: LibraryHandle) {
  const context = ssl.func('void *SSL_CTX_new(void *method)')
  const create = ssl.func('void *SSL_new(void *context)')
  const handshake = ssl.func('int SSL_do_handshake(void *ssl)')
  const bios = ssl.func('void SSL_set_bio(void *ssl, void *from, void *to)')
  const memory = () => crypto.func('void *BIO_new(void *method)')(crypto.func('void *BIO_s_mem()')())
  const read = crypto.func('void *PEM_read_bio_PrivateKey(void *bio, void *x, void *callback, void *u)')
  const readCertificate = crypto.func('void *PEM_read_bio_X509(void *bio, void *x, void *callback, void *u)')
  const text = (pem: string) => crypto.func('void *BIO_new_mem_buf(const char *text, int size)')(pem, pem.length)
  const servers = context(ssl.func('void *TLS_server_method()')())
  const { key, cert } = selfSigned('localhost', 2)
  ssl.func('int SSL_CTX_use_certificate(void *context, void *x509)')(servers, readCertificate(text(cert), null, null, null))
  ssl.func('int SSL_CTX_use_PrivateKey(void *context, void *key)')(servers, read(text(key), null, null, null))
  const [client, server] = [create(context(ssl.func('void *TLS_client_method()')())), create(servers)]
  const [up, down] = [memory(), memory()]
  for (const bio of [up, down]) crypto.func('int BIO_up_ref(void *bio)')(bio)
  bios(client, down, up)
  bios(server, up, down)
  ssl.func('void SSL_set_connect_state(void *ssl)')(client)
  ssl.func('void SSL_set_accept_state(void *ssl)')(server)
  for (let round = 0; round < 4; round++) for (const each of [client, server]) handshake(each)
  const control = crypto.func('long BIO_ctrl(void *bio, int command, long number, void *pointer)')
  const RESET = 1 // BIO_CTRL_RESET
  return { client, write: ssl.func('int SSL_write(void *ssl, uint8_t *bytes, int size)'), empty: () => control(up, RESET, 0, null) }
}

/** A server and its clients in this process. Says for each session its client random, and when its handshake was over, ms since 1970. */
async function connections(rate: number, seconds: number, chosen: number): Promise<void> {
  const done: [string, number][] = []
  const server = createServer(selfSigned('localhost', 2), (socket) => socket.on('error', () => {}).once('data', () => socket.end(ANSWER)))
  server.listen(chosen, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const one = () =>
    new Promise<void>((resolve) => {
      let random = ''
      const socket: TLSSocket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.on('keylog', (line: Buffer) => (random ||= line.toString().split(' ')[1]))
      socket.on('secureConnect', () => {
        done.push([random, performance.timeOrigin + performance.now()])
        socket.write(REQUEST)
      })
      socket.on('error', () => resolve()).on('close', () => resolve())
      socket.resume()
    })
  await one()
  done.length = 0
  for await (const _ of process.stdin) {
    const start = performance.now()
    const waiting: Promise<void>[] = []
    while (performance.now() - start < seconds * 1000) {
      while (waiting.length < ((performance.now() - start) / 1000) * rate) waiting.push(one())
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await Promise.all(waiting)
    console.log(JSON.stringify({ done, seconds: (performance.now() - start) / 1000 }))
  }
  server.close()
}
