import { ipText } from '../packet/address.ts'
import type { Frame, IcmpError } from '../packet/frame.ts'
import { type Micros, micros } from '../time.ts'
import type { Endpoint, IcmpErrors } from './facts.ts'

/** Between whom a conversation is, and its places in an index and in a list of ages. Texts are made when somebody asks for them, and once. */
export class Ends {
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
  start: Micros
  end: Micros

  /** Neighbours: in a bucket of the index, and in the list of its age. */
  chained: this | undefined = undefined
  older: this | undefined = undefined
  newer: this | undefined = undefined
  touched = 0
  icmp: IcmpErrors | undefined = undefined
  changed = false
  gone = false
  #key: string | undefined = undefined
  #endpoints: [Endpoint, Endpoint] | undefined = undefined

  /** The sender of the packet is taken for the client until `turn`. */
  constructor(frame: Frame, hash: number) {
    this.start = micros(frame.at)
    this.end = micros(frame.at)
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

  /** The other one is the client. */
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
  }

  /** 0: the client sent it, 1: the server; -1: it is of another conversation. */
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

  /** Counts an error that was reported of a packet of this conversation. */
  report(error: IcmpError): void {
    this.icmp ??= { unreachable: 0, tooBig: 0, timeExceeded: 0, other: 0 }
    this.icmp[error]++
  }

  get client(): Endpoint {
    return this.#both()[0]
  }

  get server(): Endpoint {
    return this.#both()[1]
  }

  #both(): [Endpoint, Endpoint] {
    this.#endpoints ??= [
      { ip: ipText(this.client0, this.client1, this.client2, this.client3), port: this.clientPort },
      { ip: ipText(this.server0, this.server1, this.server2, this.server3), port: this.serverPort },
    ]
    return this.#endpoints
  }

  /** Names this conversation in saved state, from its first packet on and whoever turns out to be the client. */
  get key(): string {
    this.#key ??= this.makeKey()
    return this.#key
  }

  set key(key: string) {
    this.#key = key
  }

  protected makeKey(): string {
    const ends = [
      `${ipText(this.client0, this.client1, this.client2, this.client3)},${this.clientPort}`,
      `${ipText(this.server0, this.server1, this.server2, this.server3)},${this.serverPort}`,
    ]
    return `${ends.sort().join('-')}@${this.start}`
  }

  /** Both addresses as words, then the ports: `tuple = tuple` puts them back. */
  get tuple(): number[] {
    return [
      this.client0,
      this.client1,
      this.client2,
      this.client3,
      this.server0,
      this.server1,
      this.server2,
      this.server3,
      this.clientPort,
      this.serverPort,
    ]
  }

  set tuple(tuple: number[]) {
    ;[this.client0, this.client1, this.client2, this.client3, this.server0, this.server1, this.server2, this.server3] = tuple
    ;[this.clientPort, this.serverPort] = tuple.slice(8)
  }
}
