import { createHash } from 'node:crypto'
import http from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { selfSigned } from './certificate.ts'
import { ADDRESSES, domainOf, SECURE, type ServiceName } from './places.ts'
import { childTrace, type Trace } from './trace.ts'

export interface Request {
  method: string
  url: URL
  /** What the route's groups matched. */
  parts: string[]
  headers: http.IncomingHttpHeaders
  body: Buffer
  /** For the calls that follow from this one. */
  trace: Trace
}

export interface Reply {
  status?: number
  headers?: Record<string, string>
  /** A string is text, an object JSON; an array is sent in chunks, with a pause between. */
  body?: string | object | string[]
  type?: string
}

export type Route = [method: string, path: RegExp, handle: (request: Request) => Promise<Reply> | Reply]

/** What a service answered, told by itself: the truth that a capture is held against. */
export interface Handled {
  client: string
  server: string
  method: string
  target: string
  status: number
  request_body: { length: number; sha256: string }
  response_body: { length: number; sha256: string }
}

export interface Service {
  port: number
  close(): Promise<void>
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const digest = (body: Buffer) => ({ length: body.length, sha256: createHash('sha256').update(body).digest('hex') })

/** Days that a certificate of the shop holds: soon it has to be renewed. */
const VALID = 20

/** A real HTTP service on its own loopback address. Takes a free port when the one asked for is in use. */
export async function startService(
  name: ServiceName,
  port: number,
  routes: Route[],
  random: () => number,
  handled: (call: Handled) => void,
): Promise<Service> {
  const listener: http.RequestListener = async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const url = new URL(incoming.url ?? '/', `http://${domainOf(name)}`)
    const request = {
      method: incoming.method ?? 'GET',
      url,
      headers: incoming.headers,
      body: Buffer.concat(chunks),
      trace: childTrace(random, header(incoming, 'traceparent')),
    }
    const reply = await answer(routes, request)
    const sent = await send(incoming, outgoing, reply)
    handled({
      client: `${incoming.socket.remoteAddress}:${incoming.socket.remotePort}`,
      server: `${incoming.socket.localAddress}:${incoming.socket.localPort}`,
      method: request.method,
      target: incoming.url ?? '/',
      status: outgoing.statusCode,
      request_body: digest(request.body),
      response_body: digest(sent),
    })
  }
  const server = SECURE.includes(name) ? https.createServer(selfSigned(domainOf(name), VALID), listener) : http.createServer(listener)
  server.keepAliveTimeout = 30_000
  await listen(server, port, ADDRESSES[name])
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const header = (incoming: http.IncomingMessage, name: string): string | undefined => [incoming.headers[name]].flat()[0]

async function answer(routes: Route[], request: Omit<Request, 'parts'>): Promise<Reply> {
  for (const [method, path, handle] of routes) {
    const match = path.exec(request.url.pathname)
    if (match && method === request.method) {
      try {
        return await handle({ ...request, parts: match.slice(1) })
      } catch (error) {
        return { status: 502, body: { error: (error as Error).message } }
      }
    }
  }
  return { status: 404, body: { error: `nothing at ${request.method} ${request.url.pathname}` } }
}

/** Sends the reply and gives its body before any coding. */
async function send(
  incoming: http.IncomingMessage,
  outgoing: http.ServerResponse,
  { status = 200, headers = {}, body = '', type }: Reply,
): Promise<Buffer> {
  if (Array.isArray(body)) {
    outgoing.writeHead(status, { 'content-type': type ?? 'text/csv', ...headers })
    for (const part of body) {
      outgoing.write(part)
      await pause(20)
    }
    outgoing.end()
    return Buffer.from(body.join(''))
  }
  const plain = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const small = plain.length < 500 || !header(incoming, 'accept-encoding')?.includes('gzip')
  const wire = small ? plain : gzipSync(plain)
  const about = plain.length
    ? {
        'content-type': type ?? (typeof body === 'string' ? 'text/plain' : 'application/json'),
        ...(!small && { 'content-encoding': 'gzip' }),
      }
    : {}
  const bodiless = status === 204 || status === 304
  outgoing.writeHead(status, { ...about, ...(!bodiless && { 'content-length': wire.length }), ...headers })
  outgoing.end(bodiless ? undefined : wire)
  return bodiless ? Buffer.alloc(0) : plain
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE' || port === 0) return reject(error)
      listen(server, 0, host).then(resolve, reject)
    })
    server.listen(port, host, resolve)
  })
}
