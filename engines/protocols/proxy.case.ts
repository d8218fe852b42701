/** A plain proxy between a real client and a real server, for tests: keeps what each side said and when, and gives it to a reader. */
import { createConnection, createServer, type Socket } from 'node:net'
import type { Side } from '../tcp/facts.ts'
import type { Protocol } from './protocol.ts'
import { type Options, type Played, play, type Step } from './script.case.ts'

export interface Recorded {
  side: Side
  bytes: Uint8Array
  /** µs. */
  at: number
}

export interface Proxy {
  port: number
  /** What each connection said, in the order they were opened. */
  connections: Recorded[][]
  /** What all of them said, in the order it came. */
  pieces: Recorded[]
  /** Waits until all connections are closed, and stops. */
  close(): Promise<void>
}

export const startProxy = async (to: { host?: string; port: number }): Promise<Proxy> => {
  const connections: Recorded[][] = []
  const pieces: Recorded[] = []
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const said: Recorded[] = []
    connections.push(said)
    const upstream = createConnection({ host: to.host ?? '127.0.0.1', port: to.port })
    const pass = (from: Socket, into: Socket, side: Side) => {
      open.add(from)
      from.setNoDelay(true)
      from.on('data', (bytes) => {
        const piece = { side, bytes: Uint8Array.from(bytes), at: Math.round((performance.timeOrigin + performance.now()) * 1000) }
        said.push(piece)
        pieces.push(piece)
        into.write(bytes)
      })
      from.on('end', () => into.end())
      from.on('error', () => into.destroy())
      from.on('close', () => open.delete(from))
    }
    pass(client, upstream, 0)
    pass(upstream, client, 1)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as { port: number }).port,
    connections,
    pieces,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const end = Date.now() + 2000; open.size > 0 && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}

/** What a connection said as steps of a script. */
export const stepsOf = (said: readonly Recorded[]): Step[] =>
  said.map(({ side, bytes, at }): Step => (side === 0 ? { client: bytes, at } : { server: bytes, at }))

export const playRecorded = (protocol: Protocol, said: readonly Recorded[], options?: Options): Played =>
  play(protocol, [...stepsOf(said), { end: 0 }, { end: 1 }], options)
