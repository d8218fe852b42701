import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#adapters/free-port.case.ts'
import { play } from '../protocols/play.case.ts'
import { startProxy, type Proxy as Through } from '../protocols/proxy.case.ts'
import type { HttpExchange } from './facts.ts'

const NGINX = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find(existsSync)
if (NGINX === undefined) console.log('skipped: what needs nginx (on Debian: apt-get install nginx-light)')

const TEXT = 'spider sees it. '.repeat(400)

/** nginx in the foreground, over HTTP/1.1 and over HTTP/2 without TLS, before an upstream server. */
const configuration = (folder: string, plain: number, h2c: number, upstream: number): string => `
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/errors;
events { }
http {
  access_log off; default_type text/plain; keepalive_requests 1000;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  upstream behind { server 127.0.0.1:${upstream}; keepalive 4; }
  server {
    listen 127.0.0.1:${plain}; listen 127.0.0.1:${h2c} http2; root ${folder};
    location / { }
    location /zip { alias ${folder}/file.txt; gzip on; gzip_types text/plain; gzip_proxied any; }
    location /up { proxy_pass http://behind; proxy_http_version 1.1; proxy_set_header Connection ""; }
    location /moved { return 301 /file.txt; }
  }
}`

const started = async (port: number): Promise<void> => {
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.on('connect', () => socket.destroy())
    })
    if (open) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('nginx did not start')
}

const inShort = ({ status, request, response, interim }: HttpExchange): string =>
  [status, request?.method, request?.target, ...interim, response?.status, response?.body.bytes].join(' ')
const exchangesOf = (proxy: Through): HttpExchange[] =>
  proxy.connections.flatMap((pieces) => {
    const { exchanges } = play(pieces)
    const cut = play(pieces, { segments: [1000], restart: true }).exchanges
    expect(cut.map(inShort)).toEqual(exchanges.map(inShort))
    return exchanges
  })
const bodyOf = (exchanges: HttpExchange[], target: string): string =>
  Buffer.from(exchanges.find(({ request }) => request?.target === target)!.response!.body.content!).toString()

describe.skipIf(NGINX === undefined)('nginx', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spider-nginx-'))
  let [nginx, upstream]: [ChildProcess | undefined, http.Server | undefined] = [undefined, undefined]
  let [plain, h2c]: [number, number] = [0, 0]
  let behind: Through

  beforeAll(async () => {
    writeFileSync(join(folder, 'file.txt'), TEXT)
    upstream = http.createServer((request, response) => {
      if (request.url === '/up/chunked') for (const word of ['one ', 'two ', 'three']) response.write(word)
      else response.setHeader('content-length', Number(request.headers['content-length'] ?? 0))
      request.pipe(response)
    })
    await new Promise<void>((resolve) => upstream!.listen(0, '127.0.0.1', resolve))
    behind = await startProxy({ port: (upstream.address() as AddressInfo).port })
    ;[plain, h2c] = [await freePort(), await freePort()]
    writeFileSync(join(folder, 'nginx.conf'), configuration(folder, plain, h2c, behind.port))
    nginx = spawn(NGINX!, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' })
    await started(h2c)
  })
  afterAll(async () => {
    if (nginx !== undefined) {
      const ended = new Promise((resolve) => nginx!.once('exit', resolve))
      nginx.kill()
      await ended
    }
    upstream?.close()
    rmSync(folder, { recursive: true })
  })

  it('is read over HTTP/1.1: kept alive, coded, in chunks, asked to continue, not modified, in ranges, and what it asks of others', async () => {
    const proxy = await startProxy({ port: plain })
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const ask = (path: string, options: http.RequestOptions = {}, body?: string) =>
      new Promise<http.IncomingMessage>((resolve, reject) => {
        const request = http.request({ port: proxy.port, host: '127.0.0.1', agent, path, ...options })
        request.on('response', (response) => response.on('end', () => resolve(response)).resume()).on('error', reject)
        if (options.headers !== undefined && 'expect' in options.headers) request.on('continue', () => request.end(body))
        else request.end(body)
      })
    const { headers } = await ask('/file.txt')
    await ask('/file.txt', { headers: { 'if-none-match': headers.etag! } })
    await ask('/file.txt', { headers: { range: 'bytes=7-10' } })
    await ask('/file.txt', { method: 'HEAD' })
    await ask('/zip', { headers: { 'accept-encoding': 'gzip' } })
    await ask('/up/echo', { method: 'POST', headers: { expect: '100-continue', 'content-length': 5 } }, 'hello')
    await ask('/up/chunked')
    await ask('/nowhere')
    await ask('/moved')
    agent.destroy()
    await proxy.close()
    const exchanges = exchangesOf(proxy)
    expect(proxy.connections).toHaveLength(1)
    expect(exchanges.map(inShort)).toEqual([
      `complete GET /file.txt 200 ${TEXT.length}`,
      'complete GET /file.txt 304 0',
      'complete GET /file.txt 206 4',
      'complete HEAD /file.txt 200 0',
      `complete GET /zip 200 ${TEXT.length}`,
      'complete POST /up/echo 100 200 5',
      'complete GET /up/chunked 200 13',
      expect.stringMatching(/^complete GET \/nowhere 404 \d+$/),
      expect.stringMatching(/^complete GET \/moved 301 \d+$/),
    ])
    expect([bodyOf(exchanges, '/zip'), bodyOf(exchanges, '/up/echo')]).toEqual([TEXT, 'hello'])
    expect(exchanges[4].response!.bodyWireBytes).toBeLessThan(TEXT.length)
    expect(exchanges[2].response!.headers).toContain(`bytes 7-10/${TEXT.length}`)
  })

  it('is read over HTTP/2 without TLS, many streams at once', async () => {
    const proxy = await startProxy({ port: h2c })
    const client = http2.connect(`http://127.0.0.1:${proxy.port}`)
    const ask = (headers: http2.OutgoingHttpHeaders, body?: string) =>
      new Promise((resolve) =>
        client
          .request(headers, { endStream: body === undefined })
          .on('close', resolve)
          .resume()
          .end(body),
      )
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => ask({ ':path': `/file.txt?${i}` })),
      ask({ ':path': '/zip', 'accept-encoding': 'gzip' }),
      ask({ ':path': '/up/echo', ':method': 'POST', 'content-length': 5 }, 'hello'),
      ask({ ':path': '/up/chunked' }),
      ask({ ':path': '/nowhere' }),
      ask({ ':path': '/file.txt', range: 'bytes=0-1' }),
    ])
    await new Promise<void>((resolve) => client.close(resolve))
    await proxy.close()
    const exchanges = exchangesOf(proxy)
    const lines = exchanges.map(inShort)
    expect(lines).toHaveLength(25)
    for (let i = 0; i < 20; i++) expect(lines).toContain(`complete GET /file.txt?${i} 200 ${TEXT.length}`)
    for (const line of ['POST /up/echo 200 5', 'GET /up/chunked 200 13', 'GET /file.txt 206 2', `GET /zip 200 ${TEXT.length}`])
      expect(lines).toContain(`complete ${line}`)
    expect(bodyOf(exchanges, '/zip')).toBe(TEXT)
  })

  it('is read as a client of its upstream', async () => {
    await behind.close()
    expect(exchangesOf(behind).map(inShort).sort()).toEqual([
      'complete GET /up/chunked 200 13',
      'complete GET /up/chunked 200 13',
      'complete POST /up/echo 200 5',
      'complete POST /up/echo 200 5',
    ])
  })
})
