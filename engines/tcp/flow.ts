import { ipText } from '../packet/address.ts'
import type { Frame } from '../packet/frame.ts'
import type { Micros } from '../time.ts'
import type { Connection, Endpoint } from './facts.ts'
import { Half } from './half.ts'
import { connectionId, peerKeyOf } from './identity.ts'

/** A connection in a table. Texts are made when somebody asks for them, and once. */
export class Flow implements Connection {
  application: unknown = undefined
  sides: [Half, Half] = [new Half(), new Half()]
  clientKnownBy: 'syn' | 'data' | 'port' = 'port'
  state: Connection['state'] = 'open'
  start: Micros
  end: Micros
  /** µs; -1 while it may still end, -2 when its beginning was not seen. */
  handshakeTime = -2

  /** Client and server, as in a frame. */
  client0: number
  client1: number
  client2: number
  client3: number
  server0: number
  server1: number
  server2: number
  server3: number
  clientPort: number
  serverPort: number
  readonly hash: number
  /** Who is the client is settled. */
  oriented = false
  /** The sink knows it; its id is fixed. */
  opened = false
  /** The server's SYN was seen. */
  answered = false
  /** Something is missed or held back, or a close is due: see Streams. */
  troubled = false
  /** When a reset, or the second FIN, was seen; 0: not yet. */
  closing = 0

  /** Neighbours: in a bucket of the index, and in the list of its age. */
  chained: Flow | undefined = undefined
  older: Flow | undefined = undefined
  newer: Flow | undefined = undefined
  touched = 0
  changed = false
  gone = false
  #key: string | undefined = undefined
  #id: string | undefined = undefined
  #endpoints: [Endpoint, Endpoint] | undefined = undefined

  /** The sender of the packet is taken for the client until `turn`. */
  constructor(frame: Frame, hash: number) {
    this.start = frame.at
    this.end = frame.at
    this.client0 = frame.source0
    this.client1 = frame.source1
    this.client2 = frame.source2
    this.client3 = frame.source3
    this.server0 = frame.target0
    this.server1 = frame.target1
    this.server2 = frame.target2
    this.server3 = frame.target3
    this.clientPort = frame.sourcePort
    this.serverPort = frame.targetPort
    this.hash = hash
  }

  /** The id is fixed: when an initial sequence number is not known by now, it will not be part of it. */
  open(): void {
    this.opened = true
    if (!this.sides[0].known || !this.sides[1].known) this.#id = connectionId(this)
  }

  /** The other one is the client. Only before the sink knows the connection. */
  turn(): void {
    const [a, b, c, d, port] = [this.client0, this.client1, this.client2, this.client3, this.clientPort]
    this.client0 = this.server0
    this.client1 = this.server1
    this.client2 = this.server2
    this.client3 = this.server3
    this.clientPort = this.serverPort
    this.server0 = a
    this.server1 = b
    this.server2 = c
    this.server3 = d
    this.serverPort = port
    this.sides = [this.sides[1], this.sides[0]]
  }

  /** 0: the client sent it, 1: the server; -1: it is of another connection. */
  sideOf(frame: Frame): -1 | 0 | 1 {
    if (
      frame.source3 === this.client3 &&
      frame.target3 === this.server3 &&
      frame.sourcePort === this.clientPort &&
      frame.targetPort === this.serverPort &&
      frame.source2 === this.client2 &&
      frame.target2 === this.server2 &&
      frame.source1 === this.client1 &&
      frame.target1 === this.server1 &&
      frame.source0 === this.client0 &&
      frame.target0 === this.server0
    )
      return 0
    return frame.source3 === this.server3 &&
      frame.target3 === this.client3 &&
      frame.sourcePort === this.serverPort &&
      frame.targetPort === this.clientPort &&
      frame.source2 === this.server2 &&
      frame.target2 === this.client2 &&
      frame.source1 === this.server1 &&
      frame.target1 === this.client1 &&
      frame.source0 === this.server0 &&
      frame.target0 === this.client0
      ? 1
      : -1
  }

  get transport(): 'tcp' {
    return 'tcp'
  }

  get id(): string {
    this.#id ??= connectionId(this)
    return this.#id
  }

  set id(id: string) {
    this.#id = id
  }

  get peerKey(): string | undefined {
    return peerKeyOf(this)
  }

  get handshake(): number | undefined {
    return this.handshakeTime < 0 ? undefined : this.handshakeTime
  }

  get client(): Endpoint {
    return this.#ends()[0]
  }

  get server(): Endpoint {
    return this.#ends()[1]
  }

  #ends(): [Endpoint, Endpoint] {
    this.#endpoints ??= [
      { ip: ipText(this.client0, this.client1, this.client2, this.client3), port: this.clientPort },
      { ip: ipText(this.server0, this.server1, this.server2, this.server3), port: this.serverPort },
    ]
    return this.#endpoints
  }

  /** Names this connection in saved state, from its first packet on and whoever turns out to be the client. */
  get key(): string {
    this.#key ??= connectionKey(this)
    return this.#key
  }

  set key(key: string) {
    this.#key = key
  }
}

const connectionKey = (flow: Flow): string => {
  const ends = [
    `${ipText(flow.client0, flow.client1, flow.client2, flow.client3)},${flow.clientPort}`,
    `${ipText(flow.server0, flow.server1, flow.server2, flow.server3)},${flow.serverPort}`,
  ]
  return `${ends.sort().join('-')}@${flow.start}`
}
