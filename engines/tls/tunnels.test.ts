import { once } from 'node:events'
import { createServer as createPlain, request as plain } from 'node:http'
import { connect as connect2, createSecureServer, createServer as createServer2, type ServerHttp2Stream } from 'node:http2'
import { createServer, request } from 'node:https'
import { type AddressInfo, connect, type Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as secure } from 'node:tls'
import { describe, expect, it } from 'vitest'
import { isCall } from '../protocols/call.ts'
import { startProxy } from '../protocols/proxy.case.ts'
import { certificates } from './peers.case.ts'
import { exchangeInShort, inShort, type KeyLog, keyLogOf, type PlayOptions, playTls } from './play.case.ts'

const SIZES = [10, 3000]
const TRUST = { rejectUnauthorized: false, servername: 'peer.example' }
type Spoken = readonly { side: 0 | 1; bytes: Uint8Array }[]

const portOf = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A proxy's side of a tunnel: what comes goes to the server, and back. */
const join = (tunnel: Duplex, port: number): void => {
  const upstream = connect(port, '127.0.0.1')
  tunnel.pipe(upstream).pipe(tunnel)
  for (const each of [tunnel, upstream]) each.on('error', () => undefined)
}

/** Asks over TLS in a tunnel, and ends it. */
const ask = async (tunnel: Duplex): Promise<void> => {
  const socket = secure({ socket: tunnel, ...TRUST })
  await once(socket, 'secureConnect')
  for (const size of SIZES) {
    const asked = request({ createConnection: () => socket, path: `/${size}`, headers: { connection: 'keep-alive' } })
    asked.end()
    const [answer] = await once(asked, 'response')
    await once(answer.resume(), 'end')
  }
  const closed = once(socket, 'close')
  socket.end()
  await closed
}

/** What is said on the way to the proxy, and the secrets of what is said to it and in its tunnels. */
const through = async (version: 1 | 2, overTls: boolean): Promise<{ said: Spoken; outer: KeyLog; inner: KeyLog }> => {
  const keys = { outer: '', inner: '' }
  const server = createServer(certificates!.rsa, (asked, answer) => {
    const size = Number(asked.url!.slice(1))
    answer.writeHead(200, { 'content-length': size }).end(Buffer.alloc(size, 'abcdefg '))
  })
  server.on('keylog', (line: Buffer) => (keys.inner += line))
  const port = await portOf(server)
  const make = { 1: [createPlain, createServer], 2: [createServer2, createSecureServer] }[version][overTls ? 1 : 0]
  const proxy = (make as typeof createServer)(certificates!.rsa)
  proxy.on('keylog', (line: Buffer) => (keys.outer += line))
  proxy.on('connect', (_, socket) => {
    if (version === 2) return
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
    join(socket, port)
  })
  proxy.on('stream', (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 })
    join(stream, port)
  })
  const recorder = await startProxy({ port: await portOf(proxy) })
  if (version === 1) {
    const to = { port: recorder.port, method: 'CONNECT', path: 'peer.example:443', ...TRUST }
    const asked = (overTls ? request : plain)(to)
    asked.end()
    const [, socket] = await once(asked, 'connect')
    await ask(socket)
  } else {
    const client = connect2(`${overTls ? 'https' : 'http'}://127.0.0.1:${recorder.port}`, TRUST)
    const tunnels = [1, 2].map(() => client.request({ ':method': 'CONNECT', ':authority': 'peer.example:443' }))
    await Promise.all(tunnels.map((tunnel) => once(tunnel, 'response')))
    await Promise.all(tunnels.map(ask))
    await new Promise<void>((done) => client.close(done))
  }
  await recorder.close()
  for (const each of [server, proxy]) each.close()
  return { said: recorder.pieces, outer: keyLogOf(keys.outer), inner: keyLogOf(keys.inner) }
}

const shown = (said: Spoken, options: PlayOptions): string[] => {
  const { handshakes, exchanges } = playTls(said, options)
  const places = [...handshakes, ...exchanges].map(({ position }) => position)
  expect(new Set(places).size, 'each place once').toBe(places.length)
  return [...handshakes.map(inShort), ...exchanges.map(exchangeInShort)].sort()
}

describe.skipIf(certificates === undefined).each([
  ['HTTP/1', 1, false],
  ['HTTP/2', 2, false],
  ['HTTP/1 over TLS', 1, true],
  ['HTTP/2 over TLS', 2, true],
] as const)('TLS in a tunnel of %s', async (_, version, overTls) => {
  const { said, outer, inner } = certificates ? await through(version, overTls) : { said: [], outer: {}, inner: {} }
  const log = { ...outer, ...inner }
  const whole = shown(said, { known: log })

  it('is opened', () => {
    expect(whole.filter((line) => line.includes('CONNECT'))).toHaveLength(version)
    expect(whole.filter((line) => /^complete: GET .* > 200/.test(line))).toHaveLength(version * SIZES.length)
    expect(whole.filter((line) => line.includes('(decrypted)'))).toHaveLength(version + (overTls ? 1 : 0))
  })

  it('is told as secure, what asked for the tunnel only where that was', () => {
    for (const restart of [undefined, () => true]) {
      const { exchanges, pending } = playTls(said, { known: log, ...(restart && { restart }) })
      for (const found of [...exchanges, ...pending])
        if (!isCall(found))
          expect([found.request?.method, found.secure]).toEqual([found.request?.method, overTls || found.request?.method === 'GET'])
    }
  })

  it('waits for its secrets, and is the same whenever they come', () => {
    const { awaited } = playTls(said, { known: outer })
    expect(awaited.toSorted()).toEqual(Object.keys(inner).sort())
    expect(playTls(said, { known: outer, late: [{ before: said.length - 1, log: inner }] }).awaited).toEqual([])
    expect(playTls(said, { known: outer, giveUp: said.length - 1 }).awaited).toEqual([])
    for (const restart of [undefined, () => true])
      for (const before of [0, 3, 12, -1])
        for (const order of [[outer, inner], [inner, outer], [log]]) {
          const late = order.flatMap((each) => [
            { before, log: each },
            { before: -1, log: each },
          ])
          expect(shown(said, { late, ...(restart && { restart }) })).toEqual(whole)
        }
  })

  it('says that nobody told them, at the end or when waiting ends', () => {
    const inside = (options: PlayOptions) => shown(said, { known: outer, ...options }).filter((line) => line.includes('no secrets'))
    expect(inside({})).toHaveLength(version)
    expect(inside({ giveUp: -1 })).toEqual(inside({}))
    expect(playTls(said, { known: outer, giveUp: -1 }).exchanges.filter(({ request }) => request?.method === 'GET')).toEqual([])
  })
})
