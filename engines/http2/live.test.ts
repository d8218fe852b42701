import { createHash } from 'node:crypto'
import type http2 from 'node:http2'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HttpExchange } from '../http/facts.ts'
import { inShort, type Piece, play, recordNode } from './record.case.ts'

const sha = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')
const BIG = Buffer.alloc(300_000, 'all work and no play ')
const TEXT = 'zip '.repeat(5000)

const serve = (server: http2.Http2Server) => {
  server.on('stream', (stream, headers) => {
    const path = headers[':path']
    stream.on('error', () => undefined)
    if (path === '/big') stream.respond({ ':status': 200, 'content-type': 'text/plain' })
    if (path === '/big') stream.end(BIG)
    else if (path === '/zip') {
      stream.respond({ ':status': 200, 'content-encoding': 'gzip' })
      stream.end(gzipSync(TEXT))
    } else if (path === '/trailers') {
      stream.respond({ ':status': 200 }, { waitForTrailers: true })
      stream.on('wantTrailers', () => stream.sendTrailers({ checked: 'yes' }))
      stream.end('body')
    } else if (path === '/early') {
      stream.additionalHeaders({ ':status': 103, link: '</a.css>' })
      stream.respond({ ':status': 204 }, { endStream: true })
    } else if (path === '/never') stream.respond({ ':status': 200 })
    else if (path === '/push') {
      stream.pushStream({ ':path': '/pushed' }, (_error, pushed) => {
        pushed.respond({ ':status': 200 })
        pushed.end('pushed body')
      })
      stream.respond({ ':status': 200 })
      stream.end('page')
    } else {
      stream.respond({ ':status': 200, 'x-long': 'y'.repeat(20_000) })
      stream.pipe(stream)
    }
  })
}

const answered = (stream: http2.ClientHttp2Stream) =>
  new Promise<void>((done) => {
    stream.on('error', () => undefined)
    stream.on('close', done)
    stream.resume()
  })

const talk = async (client: http2.ClientHttp2Session) => {
  client.on('stream', (pushed) => pushed.resume())
  const never = client.request({ ':path': '/never' })
  never.on('response', () => never.close(8))
  const all = ['/big', '/zip', '/trailers', '/early', '/push'].map((path) => client.request({ ':path': path }))
  const echoes = Array.from({ length: 20 }, (_, i) => {
    const stream = client.request({ ':method': 'POST', ':path': `/echo/${i}`, 'x-id': String(i) })
    stream.write(`one ${i} `)
    stream.end(BIG.subarray(0, i * 1000))
    return stream
  })
  await Promise.all([never, ...all, ...echoes].map(answered))
}

let pieces: Piece[]
let whole: HttpExchange[]
const byPath = (path: string) => whole.find(({ request }) => request?.target === path)!
const lines = (exchanges: HttpExchange[]) => exchanges.map(inShort).sort()

beforeAll(async () => {
  pieces = await recordNode(serve, talk)
  whole = play(pieces)
})

describe('what Node says over HTTP/2', () => {
  it('gives one exchange a stream, with bodies, trailers, interim answers, pushes and resets', () => {
    expect(whole).toHaveLength(27)
    expect(byPath('/big').response!.body.sha256).toBe(sha(BIG))
    expect(byPath('/zip').response!.body.sha256).toBe(sha(TEXT))
    expect(byPath('/trailers').response!.trailers).toEqual(['checked', 'yes'])
    expect([byPath('/early').interim, byPath('/early').response!.status]).toEqual([[103], 204])
    expect(byPath('/pushed').findings).toEqual(['pushed'])
    expect(Buffer.from(byPath('/pushed').response!.body.content!).toString()).toBe('pushed body')
    expect([byPath('/never').findings, byPath('/never').status, byPath('/never').outcome]).toEqual([
      ['reset-by-client-cancel'],
      'incomplete',
      'failure',
    ])
    for (let i = 0; i < 20; i++) {
      const { request, response, status } = byPath(`/echo/${i}`)
      const body = sha(Buffer.concat([Buffer.from(`one ${i} `), BIG.subarray(0, i * 1000)]))
      expect([status, request!.body.sha256, response!.body.sha256]).toEqual(['complete', body, body])
    }
  })

  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), (segment) => {
        expect(lines(play(pieces, { segment }))).toEqual(lines(whole))
      }),
      { numRuns: 8 },
    )
  })

  it('is the same when saved and loaded between any two segments', () => {
    for (const segment of [1448, 16_384]) expect(play(pieces, { segment, restart: true })).toEqual(play(pieces, { segment }))
  })

  it('gives without any one segment what is not in its reach, and says what is', () => {
    const all = new Map(whole.map((exchange) => [exchange.request!.target, exchange]))
    let kept = 0
    const segments = pieces.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1448), 0)
    for (let lost = 0; lost < segments; lost += 4) {
      const found = play(pieces, { segment: 1448, lose: (index) => index === lost })
      for (const exchange of found) {
        const { request, response, status } = exchange
        if (status !== 'complete' || request === undefined) continue
        const truth = all.get(request.target)!
        expect([request.headers, response!.headers], `${lost}: ${request.target}`).toEqual([
          truth.request!.headers,
          truth.response!.headers,
        ])
        expect([response!.status, request.body.sha256, response!.body.sha256], `${lost}: ${request.target}`).toEqual([
          truth.response!.status,
          truth.request!.body.sha256,
          truth.response!.body.sha256,
        ])
      }
      for (const { status, missing, findings } of found)
        if (status !== 'complete') expect(missing.length + findings.length).toBeGreaterThan(0)
      kept += found.filter(({ status }) => status === 'complete').length / (whole.length - 1)
    }
    expect(kept / (segments / 4)).toBeGreaterThan(0.5)
  })

  it('joined in its middle gives no wrong header and no throw', () => {
    for (let from = 1; from < pieces.length; from += 3) {
      for (const { request } of play(pieces.slice(from), { midway: true, segment: 1448 }))
        if (request !== undefined && request.target !== '?') expect(byPath(request.target)).toBeDefined()
    }
  })
})
