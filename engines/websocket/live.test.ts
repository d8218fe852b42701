import type { AddressInfo } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import WebSocket, { type PerMessageDeflateOptions, WebSocketServer } from 'ws'
import type { Call } from '../protocols/call.ts'
import { inShort, type Piece, type PlayOptions, play } from '../protocols/play.case.ts'
import { startProxy } from '../protocols/proxy.case.ts'

const open: { close(): void }[] = []
afterAll(() => {
  for (const each of open) each.close()
})

/** What `ws` says to itself: an echo of each message, a ping, a message in fragments, and the end. */
const talk = async (perMessageDeflate: boolean | PerMessageDeflateOptions): Promise<Piece[]> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate, handleProtocols: () => 'chat' })
  open.push(server)
  await new Promise((done) => server.once('listening', done))
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  const { port, pieces, close } = await startProxy({ port: (server.address() as AddressInfo).port })
  const client = new WebSocket(`ws://127.0.0.1:${port}/talk`, 'chat', { perMessageDeflate: perMessageDeflate !== false })
  await new Promise((done) => client.once('open', done))
  const echo = () => new Promise((done) => client.once('message', done))
  for (const message of MESSAGES) {
    client.send(message)
    await echo()
  }
  client.ping('are you there')
  await new Promise((done) => client.once('pong', done))
  client.send('in ', { fin: false })
  client.ping()
  client.send('three ', { fin: false })
  client.send('pieces', { fin: true })
  await echo()
  client.close(4001, 'enough')
  await new Promise((done) => client.once('close', done))
  await close()
  return pieces
}

const MESSAGES = [
  'hello',
  JSON.stringify({ some: 'json', with: Array.from({ length: 300 }, (_, i) => ({ i, text: 'again and again' })) }),
  'Grüße, 世界 🌍',
  Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * 7919) >>> 5)),
  'hello again and again and again, hello again and again, hello again',
  'hello again and again and again, hello again and again, hello again',
  '',
]

const textsOf = (calls: readonly Call[], side: 'request' | 'response'): (string | number)[] =>
  calls
    .filter((call) => call[side] !== undefined && ['text', 'binary'].includes(call.action!))
    .map((call) => {
      const { content, bytes } = call[side]!.body!
      return call.action === 'binary' ? bytes : new TextDecoder().decode(content)
    })

const shortly = (pieces: readonly Piece[], options: PlayOptions = {}) => play(pieces, options).calls.map(inShort)

describe.each<[string, boolean | PerMessageDeflateOptions]>([
  ['without compression', false],
  ['with compression that goes on from message to message', { threshold: 0 }],
  ['with compression of each message', { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true }],
  ['with a small window', { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
])('ws %s', (_, perMessageDeflate) => {
  const recorded = talk(perMessageDeflate)

  it('is read: messages, pings, fragments, the end', async () => {
    const { calls, exchanges, protocol } = play(await recorded)
    expect(protocol).toBe('websocket')
    expect(exchanges.map(({ upgrade, status }) => [upgrade, status])).toEqual([['websocket', 'complete']])
    const expected = [...MESSAGES.map((message) => (typeof message === 'string' ? message : message.length)), 'in three pieces']
    expect(textsOf(calls, 'request')).toEqual(expected)
    expect(textsOf(calls, 'response')).toEqual(expected)
    expect(calls.filter(({ status, findings }) => status !== 'complete' || findings.length > 0)).toEqual([])
    expect(calls.filter(({ action }) => action === 'ping').map(({ request }) => request?.body?.bytes)).toEqual([13, 0])
    expect(calls.filter(({ action }) => action === 'pong').map(({ response }) => response?.body?.bytes)).toEqual([13, 0])
    expect(calls.filter(({ action }) => action === 'close').map(({ summary, outcome }) => [summary, outcome])).toEqual([
      ['4001 enough', 'failure'],
      ['4001 enough', 'failure'],
    ])
    const fragmented = calls.find(({ summary, request }) => summary === 'in three pieces' && request !== undefined)!
    expect(fragmented.fields).toMatchObject({ spider: { websocket: { opcode: 'text', fragments: 3, protocol: 'chat' } } })
    expect(calls.find(({ summary }) => summary?.startsWith('{'))?.request?.mimeType).toBe('application/json')
  })

  it('is read the same however it is cut, and saved and loaded', async () => {
    const pieces = await recorded
    const whole = shortly(pieces)
    for (const segments of [[1460], [1, 2, 3, 5, 8, 13, 700], [4096, 1]]) expect(shortly(pieces, { segments })).toEqual(whole)
    for (const segments of [[1460], [4096, 1, 3]]) expect(shortly(pieces, { segments, restart: true })).toEqual(whole)
    // Byte by byte: the upgrade, and a message each way.
    const short = pieces.slice(0, 4)
    expect(shortly(short, { segments: [1], restart: true })).toEqual(shortly(short))
  })

  it('loses only what was lost', async () => {
    const pieces = await recorded
    const whole = new Map(play(pieces).calls.map((call) => [call.position, inShort(call)]))
    const segments = [1460]
    const count = pieces.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 1460), 0)
    for (let lost = 2; lost < count; lost += count > 200 ? 7 : 1) {
      const calls = play(pieces, { segments, lose: (index) => index === lost }).calls
      expect(
        calls.some(({ status }) => status === 'incomplete'),
        `segment ${lost}`,
      ).toBe(true)
      for (const call of calls) {
        const unread = call.request?.body?.undecoded ?? call.response?.body?.undecoded
        if (call.status === 'complete' && unread === undefined) expect(inShort(call), `segment ${lost}`).toBe(whole.get(call.position))
      }
    }
  })
})
