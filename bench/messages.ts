/** Captures of many small messages: a chat over WebSocket, and a resolver that asks. */
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { answer, ask } from '#engines/dns/build.case.ts'
import { type Recorded, startProxy } from '#engines/protocols/proxy.case.ts'
import type { Capture, Options } from './captures.ts'
import { repeat } from './repeat.ts'

const PORTS = { websocket: 80, dns: 53 }
const MESSAGES = 1000

/** JSON of some hundred bytes each way, not compressed. */
export async function websocket(options: Options): Promise<Capture> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  await new Promise((done) => server.once('listening', done))
  server.on('connection', (socket) => socket.on('message', (data) => socket.send(data.toString())))
  const proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  const client = new WebSocket(`ws://127.0.0.1:${proxy.port}/chat`, { perMessageDeflate: false })
  await new Promise((done) => client.once('open', done))
  for (let i = 0; i < MESSAGES; i++) {
    const echoed = new Promise((done) => client.once('message', done))
    client.send(JSON.stringify({ id: i, from: 'ann', text: `message number ${i}, `.repeat(1 + (i % 20)) }))
    await echoed
  }
  client.close()
  await new Promise((done) => client.once('close', done))
  await proxy.close()
  server.close()
  // Each message and its echo, a close from both, and the upgrade.
  return repeat('WebSocket', 'websocket', PORTS.websocket, proxy.connections[0], 2 * MESSAGES + 3, options)
}

/** Names asked and answered over UDP, one by one, from one port. */
export function dns(options: Options): Capture {
  const said: Recorded[] = []
  for (let i = 0; i < MESSAGES; i++) {
    const name = `host-${i}.shop.example`
    said.push({ side: 0, bytes: ask(name, i), at: 1e15 + i * 2000 })
    said.push({ side: 1, bytes: answer(name, i, [10, 0, i >> 8, i & 255]), at: 1e15 + i * 2000 + 700 })
  }
  return repeat('DNS', 'dns', PORTS.dns, said, MESSAGES, options, 'udp')
}
