import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as grpc from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { loadSchemas } from '#adapters/schemas/protobufjs/schemas.ts'
import type { HttpExchange } from '#engines/http/facts.ts'
import { play } from '#engines/protocols/play.case.ts'
import { startProxy } from '#engines/protocols/proxy.case.ts'
import { namingMessages } from './named-messages.ts'

const folder = mkdtempSync(join(tmpdir(), 'spider-proto-'))
afterAll(() => rmSync(folder, { recursive: true }))
const proto = join(folder, 'cart.proto')
writeFileSync(
  proto,
  'syntax = "proto3"; package shop; message Item { string item_name = 1; int32 count = 2; } service Cart { rpc Add(Item) returns (stream Item); }',
)
const ITEM = Buffer.from([10, 3, 116, 101, 97, 16, 2])

let found: HttpExchange[]
/** A real client asks a real server, twice: as it is, and compressed. */
beforeAll(async () => {
  const same = (value: Buffer) => value
  const method = (path: string) => ({
    ...{ path, requestStream: false, responseStream: true, originalName: 'add' },
    ...{ requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same },
  })
  const server = new grpc.Server()
  const answer: grpc.handleServerStreamingCall<Buffer, Buffer> = (call) => {
    call.write(call.request)
    call.write(call.request)
    call.end()
  }
  server.addService({ Add: method('/shop.Cart/Add'), Other: method('/shop.Cart/Other') }, { Add: answer, Other: answer })
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, port) => (error ? reject(error) : resolve(port))),
  )
  const proxy = await startProxy({ port })
  for (const algorithm of [0, 2]) {
    const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure(), {
      'grpc.default_compression_algorithm': algorithm,
    })
    for (const path of ['/shop.Cart/Add', '/shop.Cart/Other']) {
      const call = client.makeServerStreamRequest(path, same, same, ITEM)
      await new Promise((resolve) => call.on('status', resolve).resume())
    }
    client.close()
  }
  await proxy.close()
  server.forceShutdown()
  found = proxy.connections.flatMap((said) => play(said).exchanges)
})

describe('messages of gRPC', () => {
  it('have the names of the schema, compressed ones too; those of a method that is not in it stay as they are', async () => {
    const naming = namingMessages(await loadSchemas([proto]), await loadCodecs())
    const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString()
    const named = found.filter(({ request }) => request?.target === '/shop.Cart/Add').map(naming)
    expect(named).toHaveLength(2)
    for (const { request, response } of named) {
      expect(text(request?.body.content)).toMatch(/^# message 1, \d+ bytes\n\{"item_name":"tea","count":2\}$/)
      expect(text(response?.body.content).match(/\{"item_name":"tea","count":2\}/g)).toHaveLength(2)
    }
    const other = found.filter(({ request }) => request?.target === '/shop.Cart/Other')
    expect(other.map(naming)).toEqual(other)
  })
})
