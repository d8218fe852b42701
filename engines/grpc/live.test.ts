import * as grpc from '@grpc/grpc-js'
import { beforeAll, describe, expect, it } from 'vitest'
import type { HttpExchange } from '../http/facts.ts'
import { play } from '../http2/record.case.ts'
import { startProxy } from '../protocols/proxy.case.ts'

const bytes = { serialize: (value: Buffer) => value, deserialize: (value: Buffer) => value }
const method = (name: string, requestStream: boolean, responseStream: boolean) => ({
  path: `/shop.Cart/${name}`,
  ...{ requestStream, responseStream, originalName: name },
  ...{ requestSerialize: bytes.serialize, requestDeserialize: bytes.deserialize },
  ...{ responseSerialize: bytes.serialize, responseDeserialize: bytes.deserialize },
})
const service = {
  Get: method('Get', false, false),
  Add: method('Add', true, false),
  Watch: method('Watch', false, true),
  Talk: method('Talk', true, true),
  Fail: method('Fail', false, false),
  Big: method('Big', false, false),
}
type Unary = grpc.handleUnaryCall<Buffer, Buffer>
const answer =
  (body: Buffer): Unary =>
  (_call, done) =>
    done(null, body)

const handlers: grpc.UntypedServiceImplementation = {
  Get: answer(Buffer.from('\x0a\x03abc')),
  Big: answer(Buffer.alloc(100_000, 'x')),
  Fail: ((_call, done) => done({ code: grpc.status.NOT_FOUND, details: 'no cart: 100% gone, sorry ✓' })) satisfies Unary,
  Add: ((call: grpc.ServerReadableStream<Buffer, Buffer>, done: grpc.sendUnaryData<Buffer>) => {
    call.on('data', () => undefined)
    call.on('end', () => done(null, Buffer.from('sum')))
  }) as grpc.UntypedHandleCall,
  Watch: ((call: grpc.ServerWritableStream<Buffer, Buffer>) => {
    for (let i = 0; i < 5; i++) call.write(Buffer.alloc(i, 'w'))
    call.end()
  }) as grpc.UntypedHandleCall,
  Talk: ((call: grpc.ServerDuplexStream<Buffer, Buffer>) => {
    call.on('data', (message: Buffer) => call.write(message))
    call.on('end', () => call.end())
  }) as grpc.UntypedHandleCall,
}

let found: HttpExchange[]
const call = (name: string) => found.find(({ action }) => action === name)!
const rpc = (name: string) => call(name).fields!.rpc
const messages = (name: string, direction: string) =>
  call(name)
    .messages!.filter((message) => message.direction === direction)
    .map((message) => message.bytes)

const ended = (stream: grpc.ClientReadableStream<Buffer>) =>
  new Promise<void>((done) => {
    stream.on('data', () => undefined)
    stream.on('error', () => undefined)
    stream.on('status', () => done())
  })

beforeAll(async () => {
  const server = new grpc.Server()
  server.addService(service, handlers)
  const port = await new Promise<number>((done, fail) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? fail(error) : done(bound))),
  )
  const proxy = await startProxy({ port })
  const Client = grpc.makeGenericClientConstructor(service, 'Cart')
  const client = new Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 })
  const unary = (name: string) => new Promise<void>((done) => client[name](Buffer.alloc(3), { deadline: Date.now() + 5000 }, () => done()))
  await Promise.all(['Get', 'Big', 'Fail'].map(unary))
  await new Promise<void>((done) => {
    const add = client.Add(() => done())
    for (let i = 1; i <= 3; i++) add.write(Buffer.alloc(i * 10))
    add.end()
  })
  await ended(client.Watch(Buffer.from('all')))
  const talk = client.Talk()
  const talked = ended(talk)
  talk.write(Buffer.from('ping'))
  talk.write(Buffer.from('pong!'))
  talk.end()
  await talked
  client.close()
  server.forceShutdown()
  await proxy.close()
  found = play(proxy.pieces)
})

describe('what a gRPC client and server say', () => {
  it('gives a call for each of the four kinds, with its messages', () => {
    expect(found.map(({ action }) => action).sort()).toEqual(['Add', 'Big', 'Fail', 'Get', 'Talk', 'Watch'])
    expect([messages('Get', 'request').length, messages('Get', 'response')]).toEqual([1, [5]])
    expect([messages('Add', 'request').length, messages('Add', 'response')]).toEqual([3, [3]])
    expect([messages('Watch', 'request').length, messages('Watch', 'response')]).toEqual([1, [0, 1, 2, 3, 4]])
    expect([messages('Talk', 'request').length, messages('Talk', 'response')]).toEqual([2, [4, 5]])
    expect(messages('Big', 'response')).toEqual([100_000])
    expect(call('Talk').messages!.every(({ type }, i, all) => type === (all[i].direction === 'request' ? 'compressed' : 'message'))).toBe(
      true,
    )
  })

  it('tells service, method, status and deadline', () => {
    expect(rpc('Get')).toMatchObject({ system: 'grpc', service: 'shop.Cart', method: 'Get', grpc: { status_code: 0, status: 'OK' } })
    expect((rpc('Get') as { grpc: { timeout: number } }).grpc.timeout).toBeGreaterThan(1e9)
    expect(call('Get')).toMatchObject({ outcome: 'success', status: 'complete', summary: 'shop.Cart/Get' })
    const { grpc: told } = rpc('Fail') as { grpc: { status_code: number; message: string } }
    expect([told.status_code, Buffer.from(told.message).toString()]).toEqual([5, 'no cart: 100% gone, sorry ✓'])
    expect([call('Fail').outcome, call('Fail').response!.body.bytes]).toEqual(['failure', 0])
  })
})
