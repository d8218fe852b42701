import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCaller } from './call.ts'
import { type Demo, startDemo } from './index.ts'
import { answerTo } from './names.ts'
import { ADDRESSES } from './places.ts'
import { randomFrom } from './random.ts'
import type { Handled } from './service.ts'
import { startShop } from './shop.ts'
import { newTrace } from './trace.ts'

let demo: Demo
beforeAll(async () => {
  demo = await startDemo({ rate: 1, seed: 1 })
})
afterAll(() => demo.stop())

const get = (host: string, port: number, target: string) => fetch(`http://${host}:${port}${target}`)

it('answers the known calls as it says', async () => {
  for (const { server, target, status, responseBody } of demo.known) {
    const answer = await get(demo.addresses[server], demo.ports[server], target)
    expect(answer.status).toBe(status)
    expect(await answer.text()).toBe(responseBody)
  }
})

it('sends gzip, chunks, 304 and 404', async () => {
  const catalogue = (target: string, headers?: Record<string, string>) =>
    fetch(`http://${demo.addresses.catalogue}:${demo.ports.catalogue}${target}`, { headers })
  expect((await catalogue('/items')).headers.get('content-encoding')).toBe('gzip')
  expect((await catalogue('/export.csv')).headers.get('transfer-encoding')).toBe('chunked')
  expect((await catalogue('/items/3', { 'if-none-match': '"item-3"' })).status).toBe(304)
  expect((await catalogue('/items/61')).status).toBe(404)
})

it('makes a chain of calls in one trace, and tries a refused payment again', async () => {
  const seen: Handled[] = []
  const shop = await startShop({ rate: 0, seed: 1, port: 0, handled: (call) => seen.push(call) })
  const { call, close } = createCaller('customer', shop.ports)
  for (let count = 0; count < 4; count++)
    await call('gateway', { method: 'POST', target: '/api/orders', body: { item: 1, quantity: 1 }, trace: newTrace(randomFrom(count)) })
  close()
  await shop.stop()
  expect(seen.filter(({ target }) => target === '/charges').map(({ status }) => status)).toEqual([201, 201, 201, 503, 201])
  expect(seen.filter(({ target }) => target === '/api/orders').map(({ status }) => status)).toEqual([201, 201, 201, 201])
})

it('has a bank that speaks TLS 1.3, with a certificate that names it and soon has to be renewed', async () => {
  const options = { port: demo.ports.bank, host: demo.addresses.bank, rejectUnauthorized: false, servername: 'bank.shop.test' }
  const socket = connect(options)
  await once(socket, 'secureConnect')
  expect(socket.getProtocol()).toBe('TLSv1.3')
  const certificate = new X509Certificate(socket.getPeerCertificate().raw)
  socket.destroy()
  expect(certificate.checkHost('bank.shop.test')).toBe('bank.shop.test')
  expect(certificate.verify(certificate.publicKey)).toBe(true)
  const days = (Date.parse(certificate.validTo) - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(19)
  expect(days).toBeLessThan(20.1)
})

it('gives the same numbers for the same seed', () => {
  const [one, two] = [randomFrom(7), randomFrom(7)]
  for (let count = 0; count < 100; count++) expect(one()).toBe(two())
  expect(randomFrom(8)()).not.toBe(randomFrom(7)())
})

it('tells names by DNS, and nothing to what is no question', () => {
  const name = Buffer.from('\x07gateway\x04shop\x04test\0', 'latin1')
  const question = Buffer.concat([Buffer.from([0, 9, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]), name, Buffer.from([0, 1, 0, 1])])
  expect([...answerTo(question)!.subarray(-4)].join('.')).toBe(ADDRESSES.gateway)
  expect(answerTo(Buffer.concat([question.subarray(0, 13), Buffer.from('Z'), question.subarray(14)]))!.readUInt16BE(2) & 15).toBe(3)
  for (let length = 0; length < question.length; length++) expect(answerTo(question.subarray(0, length))).toBeUndefined()
})
