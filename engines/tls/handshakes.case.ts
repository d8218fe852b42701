/** The handshake messages that a capture has in the clear, for tests. */
import { createHash } from 'node:crypto'
import { PacketDecoder } from '../packet/decode.ts'
import { Fragments } from '../packet/fragments.ts'
import { CaptureReader } from '../pcap/reader.ts'
import type { Connection, Side } from '../tcp/facts.ts'
import { TcpTable } from '../tcp/table.ts'
import type { Ciphers } from './ciphers.ts'
import { learn, noFacts, type TlsFacts } from './facts.ts'
import { HandshakeFraming } from './handshake/framing.ts'
import { type HandshakeMessage, readMessage } from './handshake/messages.ts'
import { suiteOf } from './suites.ts'

export const hash: Ciphers['hash'] = (name) => (parts) => createHash(name).update(Buffer.concat(parts)).digest()

const HANDSHAKE = 22
const TLS_13 = 0x0304

export interface Seen {
  connection: Connection
  messages: HandshakeMessage[]
  /** Body, type and version of each message, to be read again. */
  bodies: { type: number; version: number; body: Uint8Array }[]
  facts: TlsFacts
}

/** Reads what comes before the keys of each connection whose first bytes are a record of a handshake. */
export const handshakesOf = (capture: Uint8Array): Seen[] => {
  const found: Seen[] = []
  const decoder = new PacketDecoder(new Fragments())
  const tcp = new TcpTable({
    open(connection) {
      connection.application = new Clear(connection)
    },
    data(connection, side, bytes, start, end) {
      const clear = connection.application as Clear
      clear.receive(side, bytes.slice(start, end))
    },
    gap(connection, side) {
      const clear = connection.application as Clear
      clear.over[side] = true
    },
    end() {},
    close(connection) {
      const { seen } = connection.application as Clear
      if (seen.messages.length > 0) found.push(seen)
    },
  })
  const reader = new CaptureReader({ packet: (...packet) => tcp.packet(decoder.decode(...packet)) })
  reader.receive(capture)
  reader.end()
  tcp.flush()
  return found
}

class Clear {
  readonly seen: Seen
  readonly over = [false, false]
  private readonly rest = [new Uint8Array(0), new Uint8Array(0)]
  private readonly framings = [new HandshakeFraming(), new HandshakeFraming()]

  constructor(connection: Connection) {
    this.seen = { connection, messages: [], bodies: [], facts: noFacts() }
  }

  receive(side: Side, bytes: Uint8Array): void {
    if (this.over[side]) return
    this.rest[side] = Uint8Array.from([...this.rest[side], ...bytes])
    for (;;) {
      const rest = this.rest[side]
      if (rest.length > 0 && rest[0] !== HANDSHAKE) this.over[side] = true
      const length = rest.length < 5 ? 0 : (rest[3] << 8) | rest[4]
      if (this.over[side] || rest.length < 5 || rest.length < 5 + length) return
      this.framings[side].receive(rest, 5, 5 + length, ({ type, bytes, start, end }) => {
        const { serverHello } = this.seen.facts
        const version = serverHello?.version ?? 0
        if (version >= TLS_13) return
        this.seen.bodies.push({ type, version, body: bytes.slice(start, end) })
        const keyExchange = serverHello && suiteOf(serverHello.suite)?.keyExchange
        const message = readMessage(type, bytes, start, end, { version, keyExchange, decoder: () => undefined })
        this.seen.messages.push(message)
        learn(this.seen.facts, side, message, hash)
      })
      this.rest[side] = rest.slice(5 + length)
    }
  }
}
