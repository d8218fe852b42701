import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lane } from '#adapters/bus/contract.ts'
import { httpBus } from '#adapters/bus/http/bus.ts'
import { Sequences } from '../whisperer/parcel.ts'
import { Sender } from '../whisperer/sender.ts'
import { Outbox } from './outbox.ts'

const DETAIL = 'No usage statistics were accepted for 25 hours: capture and parsing have stopped'
let server: Server
let bus: ReturnType<typeof httpBus>
let answer: { status: number; type: string }
beforeEach(async () => {
  answer = { status: 503, type: '/problems/license-stopped' }
  server = createServer((request, response) => {
    request.resume().on('end', () => {
      const body = answer.status === 503 ? JSON.stringify({ type: answer.type, title: 'no', status: 503, detail: DETAIL }) : ''
      response.writeHead(answer.status, { 'content-type': 'application/problem+json', 'retry-after': '0' }).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  bus = httpBus({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/events` })
})
afterEach(async () => {
  await bus.close()
  server.closeAllConnections()
  server.close()
})

const LICENSE = /^The license has stopped capture: .* kept in memory, .* sent then by itself \(http.* answered 503: No usage statistics/

it('an agent that sends packets says in its own words that the license has stopped them, until they are taken', async () => {
  const sender = new Sender({ bus, inFlight: 1, memory: 1 << 20, lost: (_, reason) => expect.fail(reason) })
  const section = new Uint8Array(100)
  sender.send(new Sequences('a').next(0, 1, section), section)
  await vi.waitFor(() => expect(sender.trouble).toMatch(LICENSE), 10_000)
  answer.status = 202
  await sender.drained()
  expect(sender.trouble).toBeUndefined()
  sender.close()
})

it('so does one that sends secrets', async () => {
  const outbox = new Outbox({ bus, most: 10, lost: (_, reason) => expect.fail(reason) })
  outbox.send(lane(1))
  await vi.waitFor(() => expect(outbox.trouble).toMatch(LICENSE), 10_000)
  answer.status = 202
  await outbox.sentAll()
  expect(outbox.trouble).toBeUndefined()
})

it('any other problem is told as the server says it', async () => {
  answer.type = '/problems/full'
  const outbox = new Outbox({ bus, most: 10 })
  outbox.send(lane(1))
  await vi.waitFor(() => expect(outbox.trouble).toMatch(/^http.* answered 503: No usage statistics/), 10_000)
  answer.status = 202
  await outbox.sentAll()
})
