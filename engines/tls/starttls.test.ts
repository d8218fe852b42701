import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { createSecureContext, connect as secure, TLSSocket } from 'node:tls'
import { describe, expect, it } from 'vitest'
import * as m from '../postgresql/messages.case.ts'
import { type Recorded, startProxy } from '../protocols/proxy.case.ts'
import { certificates } from './peers.case.ts'
import { inShort, keyLogOf, playTls } from './play.case.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')
const ANSWER = m.columns(['a', 23]) + m.row('1') + m.tag('SELECT 1') + m.ready()

/** A client of PostgreSQL that asks for TLS first, or begins with it. */
const ask = async (direct: boolean): Promise<{ said: Recorded[]; keys: string }> => {
  let keys = ''
  const secureContext = createSecureContext(certificates!.rsa)
  const server = createServer((socket) => {
    const begin = () => {
      const inner = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['postgresql'] })
      inner.on('keylog', (line: Buffer) => (keys += line))
      inner.once('data', () => {
        inner.write(latin1(m.authentication(0) + m.keyData + m.ready()))
        inner.once('data', () => inner.end(latin1(ANSWER)))
      })
    }
    if (direct) begin()
    else
      socket.once('data', () => {
        socket.write('S')
        begin()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startProxy({ port: (server.address() as AddressInfo).port })
  const socket = connect(proxy.port, '127.0.0.1')
  if (!direct) {
    socket.write(latin1(m.sslRequest))
    await once(socket, 'data')
  }
  const client = secure({ socket, rejectUnauthorized: false, ...(direct && { ALPNProtocols: ['postgresql'] }) })
  client.write(latin1(m.startup('user', 'ann')))
  await once(client, 'data')
  client.write(latin1(m.query('select 1 as a')))
  client.resume()
  await once(client, 'close')
  await proxy.close()
  server.close()
  return { said: proxy.connections[0], keys }
}

describe.skipIf(certificates === undefined)('PostgreSQL over TLS', () => {
  it.each([
    [false, ['SSLREQUEST', 'STARTUP', 'SELECT']],
    [true, ['STARTUP', 'SELECT']],
  ])('direct: %s', async (direct, actions) => {
    const { said, keys } = await ask(direct)
    const known = keyLogOf(keys)
    for (const options of [{ known }, { known, segments: [40], restart: () => true }, { late: [{ before: -1, log: known }] }]) {
      const { calls, handshakes, protocol } = playTls(said, options)
      expect(calls.map(({ action, status }) => `${status} ${action}`)).toEqual(actions.map((action) => `complete ${action}`))
      expect(handshakes.map(inShort)).toEqual([expect.stringMatching(/^complete success: TLS 1.3 .*\(decrypted\)/)])
      expect(new Set([...calls, ...handshakes].map(({ position }) => position)).size).toBe(actions.length + 1)
      expect(protocol).toBe('postgresql')
    }
  })
})
