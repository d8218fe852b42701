import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { HTTP } from 'cloudevents'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Event, InvalidEvent } from '#events/define.ts'
import { registry } from '#events/registry.ts'
import { busContract, lane, packets } from '../contract.ts'
import { Permanent, Transient } from '../port.ts'
import { httpBus } from './bus.ts'
import { decodeCloudEvent, UnsupportedEncoding } from './decode.ts'
import { encodeCloudEvent } from './encode.ts'

const opened: Server[] = []
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/events`
}
afterEach(() => {
  for (const server of opened.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => Buffer.concat(await request.toArray())

busContract('over HTTP', async () => {
  const received: Event[] = []
  let clogged = false
  const url = await serve(async (request, response) => {
    const event = decodeCloudEvent(request.headers, await bodyOf(request), registry)
    if (clogged) return response.writeHead(503, { 'retry-after': '2' }).end()
    if (event.type !== 'agent.status.v1') received.push(stripped(event))
    response.writeHead(202).end()
  })
  const bus = httpBus({ url })
  return {
    bus,
    received: async (count) => {
      await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(count))
      return received
    },
    clog: async () => {
      clogged = true
    },
    remove: () => bus.close(),
  }
})

/** Without the attributes it does not have. */
const stripped = (event: Event): Event =>
  Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined)) as unknown as Event

describe('what is sent', () => {
  const seen: { headers: IncomingMessage['headers']; body: Buffer; port: number | undefined }[] = []
  const record = () => {
    seen.length = 0
    return serve(async (request, response) => {
      seen.push({ headers: request.headers, body: await bodyOf(request), port: request.socket.remotePort })
      response.writeHead(202).end()
    })
  }

  it('is binary mode with the token, over one connection', async () => {
    const bus = httpBus({ url: await record(), token: 'secret' })
    await bus.publish(lane(3))
    await bus.publish(packets(50))
    await bus.close()
    expect(seen[0].headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/json',
      'ce-specversion': '1.0',
      'ce-type': 'lane.advanced.v1',
      'ce-partitionkey': 'web-1.k3f9/3',
      'ce-sequence': '3',
    })
    expect(JSON.parse(seen[0].body.toString())).toEqual({ lane: 'web-1.k3f9/3', sequence: 3 })
    expect(seen[1].headers['ce-subject']).toBe('%CF%80%20%25%20%22quoted%22%20%C3%A9')
    expect(seen[0].port).toBe(seen[1].port)
  })

  it('is compressed when it pays', async () => {
    const bus = httpBus({ url: await record() })
    const noise = packets(5000)
    crypto.getRandomValues((noise.data as Uint8Array).subarray(28))
    for (const event of [packets(50_000), lane(1), noise, packets(50_000)]) await bus.publish(event)
    expect(seen.map(({ headers }) => headers['content-encoding'])).toEqual(['zstd', undefined, undefined, undefined])
    expect(seen[0].body.length).toBeLessThan(10_000)
    for (let i = 0; i < 15; i++) await bus.publish(packets(50_000))
    expect(seen.at(-1)?.headers['content-encoding']).toBe('zstd')
    const plain = httpBus({ url: await record(), compress: false })
    await plain.publish(packets(50_000))
    expect(seen[0].headers['content-encoding']).toBeUndefined()
    await Promise.all([bus.close(), plain.close()])
  })

  it('falls back to gzip, then to nothing, where an encoding is not taken, and remembers it', async () => {
    for (const [taken, expected] of [
      [['gzip'], ['zstd', 'gzip', 'gzip']],
      [[], ['zstd', 'gzip', undefined, undefined]],
    ] as const) {
      const encodings: (string | undefined)[] = []
      const url = await serve(async (request, response) => {
        const encoding = request.headers['content-encoding']
        await bodyOf(request)
        encodings.push(encoding)
        response.writeHead(encoding === undefined || (taken as readonly string[]).includes(encoding) ? 202 : 415).end()
      })
      const bus = httpBus({ url })
      await bus.publish(packets(5000))
      await bus.publish(packets(5000))
      expect(encodings).toEqual(expected)
      await bus.close()
    }
  })

  it('is what the CloudEvents SDK reads', () => {
    const { headers, body } = encodeCloudEvent(lane(3), registry)
    const event = HTTP.toEvent({ headers, body: Buffer.from(body).toString() })
    expect(event).toMatchObject({
      id: 'web-1.k3f9/3/3',
      type: 'lane.advanced.v1',
      source: '/functions/ingest',
      partitionkey: 'web-1.k3f9/3',
      sequence: '3',
      data: lane(3).data,
    })
  })
})

describe('what comes of an answer', () => {
  const answering = async (status: number, headers: Record<string, string> = {}, body = '') => {
    const bus = httpBus({
      url: await serve((request, response) => void text(request).then(() => response.writeHead(status, headers).end(body))),
    })
    const outcome = await bus.publish(lane(1)).catch((error) => error)
    await bus.close()
    return outcome
  }

  it.each([200, 202, 204])('%i: accepted', async (status) => expect(await answering(status)).toBeUndefined())

  it.each([
    [429, '300', 300_000],
    [503, '0', 0],
    [503, new Date(Date.now() + 600_000).toUTCString(), 600_000],
    [500, undefined, undefined],
    [502, 'soon', undefined],
    [408, undefined, undefined],
  ])('%i with Retry-After %s: again', async (status, after, ms) => {
    const error = await answering(status, after === undefined ? {} : { 'retry-after': after })
    expect(error).toBeInstanceOf(Transient)
    if (ms === undefined) expect(error.retryAfterMs).toBeUndefined()
    else expect(Math.abs(error.retryAfterMs - ms)).toBeLessThan(60_000)
  })

  it.each([
    [
      400,
      { 'content-type': 'application/problem+json' },
      '{"title":"The event does not fit","detail":"data/lane must be string"}',
      /answered 400: data\/lane must be string$/,
    ],
    [401, {}, '', /answered 401: no reason given/],
    [404, { 'content-type': 'text/html' }, '<h1>\n not   found', /answered 404: <h1> not found$/],
    [413, { 'content-type': 'application/json' }, '{broken', /answered 413: \{broken$/],
    [415, {}, 'no', /answered 415: no$/],
    [308, { location: 'https://new.example/' }, '', /has moved \(308\) to https:\/\/new.example\//],
  ])('%i: never', async (status, headers, body, message) => {
    const error = await answering(status, headers as Record<string, string>, body)
    expect(error).toBeInstanceOf(Permanent)
    expect(error.message).toMatch(message)
  })

  it('a broker that does not know itself yet is asked again', async () => {
    const url = await serve((_request, response) => response.writeHead(404).end())
    for (const [isBroker, kind] of [
      [true, Transient],
      [false, Permanent],
    ] as const) {
      const bus = httpBus({ url, isBroker })
      await expect(bus.publish(lane(1))).rejects.toThrow(kind)
      await bus.close()
    }
  })

  it('an answer without end does not fill memory', async () => {
    const error = await answering(400, {}, 'x'.repeat(5 << 20))
    expect(error.message.length).toBeLessThan(400)
  })

  it('nobody there, nobody answering, a connection cut: again', async () => {
    const gone = httpBus({ url: 'http://127.0.0.1:9/events' })
    await expect(gone.publish(lane(1))).rejects.toThrow(/127\.0\.0\.1:9 cannot be reached: .*ECONNREFUSED/)
    await expect(gone.publish(lane(1))).rejects.toThrow(Transient)
    const silent = httpBus({ url: await serve(() => {}), timeoutMs: 50 })
    await expect(silent.publish(lane(1))).rejects.toThrow(/no answer within 50 ms/)
    const cut = httpBus({ url: await serve((request) => request.socket.destroy()) })
    await expect(cut.publish(lane(1))).rejects.toThrow(Transient)
    await Promise.all([gone.close(), silent.close(), cut.close()])
  })

  it('a kept connection that was closed meanwhile is no failure', async () => {
    const url = await serve(async (request, response) => {
      await bodyOf(request)
      response.writeHead(202).end(() => setImmediate(() => request.socket.destroy()))
    })
    const bus = httpBus({ url })
    for (let i = 0; i < 20; i++) await bus.publish(lane(i))
    await bus.close()
  })
})

describe('what is received', () => {
  const { headers, body } = encodeCloudEvent(lane(3), registry)
  const refusal = (change: Record<string, string | undefined>, bytes: Uint8Array = body, maxBytes?: number) => {
    try {
      decodeCloudEvent({ ...headers, ...change }, bytes, registry, maxBytes)
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidEvent)
      return (error as Error).message
    }
    return 'nothing was refused'
  }

  it.each([
    [{ 'ce-id': undefined }, /ce-id is missing/],
    [{ 'ce-id': '' }, /ce-id is missing/],
    [{ 'ce-specversion': undefined, 'content-type': 'application/cloudevents+json' }, /binary mode/],
    [{ 'ce-specversion': '0.3' }, /ce-specversion is 0.3/],
    [{ 'ce-type': 'toString' }, /type toString are not known/],
    [{ 'content-type': 'text/plain' }, /content type is text\/plain: data of lane\.advanced\.v1 are application\/json/],
    [{ 'content-type': undefined }, /content type is missing/],
    [{ 'ce-time': 'yesterday' }, /ce-time is yesterday/],
    [{ 'ce-sequence': '-1' }, /ce-sequence is -1/],
    [{ 'content-encoding': 'constructor' }, /constructor is not known here: use one of zstd, gzip/],
    [{ 'content-encoding': 'zstd' }, /body is not zstd/],
  ])('%j is refused', (change, message) => expect(refusal(change)).toMatch(message))

  it('data that are not what the type says are refused', () => {
    expect(refusal({}, Buffer.from('{'))).toMatch(/not JSON/)
    expect(refusal({}, Buffer.from('{"lane":7}'))).toMatch(/lane\.advanced\.v1: /)
  })

  it('a body that grows beyond the bound is refused, in every encoding', () => {
    const bomb = Buffer.alloc(8 << 20)
    for (const [encoding, bytes] of [
      ['zstd', zstdCompressSync(bomb)],
      ['gzip', gzipSync(bomb)],
      ['identity', bomb],
    ] as const)
      expect(refusal({ 'content-encoding': encoding }, bytes, 1 << 20)).toMatch(/body is larger than 1048576 bytes/)
  })

  it('an unknown encoding can be told from other faults', () => {
    expect(() => decodeCloudEvent({ ...headers, 'content-encoding': 'lzma' }, body, registry)).toThrow(UnsupportedEncoding)
  })

  it('an event written by hand, with no time, charset and gzip, is taken', () => {
    const bytes = gzipSync(body)
    expect(gunzipSync(bytes)).toEqual(Buffer.from(body))
    const event = decodeCloudEvent(
      {
        ...headers,
        'ce-time': undefined,
        'content-type': 'Application/JSON; charset=utf-8',
        'content-encoding': 'GZIP',
        'ce-subject': '100% sure %zz',
      },
      bytes,
      registry,
    )
    expect(event).toMatchObject({ data: lane(3).data, subject: '100% sure %zz' })
    expect(Date.parse(event.time)).toBeGreaterThan(Date.now() - 10_000)
  })
})
