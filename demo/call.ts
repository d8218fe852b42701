import http from 'node:http'
import https from 'node:https'
import { gunzipSync } from 'node:zlib'
import { ADDRESSES, domainOf, SECURE, type ServiceName } from './places.ts'
import type { Trace } from './trace.ts'

export interface Call {
  method?: string
  target: string
  headers?: Record<string, string>
  /** An object is sent as JSON, URLSearchParams as a form. */
  body?: object | URLSearchParams
  trace: Trace
}

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  body: Buffer
}

/** Calls services by name, over kept connections that come from the caller's own address. */
export type Caller = (service: ServiceName, call: Call) => Promise<Answer>

export function createCaller(from: keyof typeof ADDRESSES, ports: Ports, connections = 32): { call: Caller; close(): void } {
  const kept = { keepAlive: true, maxSockets: connections, localAddress: ADDRESSES[from] }
  const plain = { agent: new http.Agent(kept), request: http.request }
  // The bank's certificate is its own work.
  const secure = { agent: new https.Agent({ ...kept, rejectUnauthorized: false }), request: https.request }
  const call: Caller = (service, { method = 'GET', target, headers = {}, body, trace }) =>
    new Promise((resolve, reject) => {
      const content = body === undefined ? undefined : Buffer.from(body instanceof URLSearchParams ? body.toString() : JSON.stringify(body))
      const type = body instanceof URLSearchParams ? 'application/x-www-form-urlencoded' : 'application/json'
      const { agent, request: open } = SECURE.includes(service) ? secure : plain
      const request = open({
        agent,
        host: ADDRESSES[service],
        port: ports[service],
        method,
        path: target,
        headers: {
          host: `${domainOf(service)}:${ports[service]}`,
          'user-agent': `shop-${from}/1.0`,
          'accept-encoding': 'gzip',
          traceparent: trace.header,
          ...(content && { 'content-type': type, 'content-length': content.length }),
          ...headers,
        },
      })
      request.on('error', reject)
      request.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const whole = Buffer.concat(chunks)
          const unpacked = response.headers['content-encoding'] === 'gzip' ? gunzipSync(whole) : whole
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: unpacked })
        })
      })
      request.end(content)
    })
  return {
    call,
    close() {
      for (const { agent } of [plain, secure]) agent.destroy()
    },
  }
}

export type Ports = Record<ServiceName, number>
