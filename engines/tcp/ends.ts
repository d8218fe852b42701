import { ipText } from '../packet/address.ts'
import type { Frame, IcmpError } from '../packet/frame.ts'
import { type Micros, micros } from '../time.ts'
import type { Endpoint, IcmpErrors } from './facts.ts'
import { small } from './small.ts'
import { Texts } from './texts.ts'
import { turned, type Upper, upperOf, upperOfFrame } from './upper.ts'

/** Between whom a conversation is, and its places in an index and in a list of ages. Of times that are near its start only the difference is kept, which is a small integer. */
export abstract class Ends {
  /** Client and server, as in a frame: what differs between IPv4 addresses here, the rest in `upper`. */
  client3: number
  server3: number
  upper: Upper
  clientPort: number
  serverPort: number
  readonly hash: number
  start: Micros
  #lasted = 0
  #touchedAfter = 0

  /** Neighbours: in a bucket of the index, and in the list of its age. */
  chained: this | undefined = undefined
  older: this | undefined = undefined
  newer: this | undefined = undefined
  icmp: IcmpErrors | undefined = undefined
  changed = false
  gone = false
  #texts: Texts | undefined = undefined
  /** An id that cannot be made from the rest any more. */
  fixedId: string | undefined = undefined

  /** The sender of the packet is taken for the client until `turn`. */
  constructor(frame: Frame, hash: number) {
    this.start = micros(frame.at)
    this.client3 = frame.source3
    this.server3 = frame.target3
    this.upper = upperOfFrame(frame)
    this.clientPort = frame.sourcePort
    this.serverPort = frame.targetPort
    this.hash = hash
  }

  get end(): Micros {
    return micros(this.start + this.#lasted)
  }

  set end(at: Micros) {
    this.#lasted = small(at - this.start)
  }

  get touched(): number {
    return this.start + this.#touchedAfter
  }

  set touched(at: number) {
    this.#touchedAfter = small(at - this.start)
  }

  /** The other one is the client. */
  turn(): void {
    const { client3, server3, clientPort, serverPort } = this
    this.client3 = server3
    this.server3 = client3
    this.clientPort = serverPort
    this.serverPort = clientPort
    this.upper = turned(this.upper)
    this.forget()
  }

  /** 0: the client sent it, 1: the server; -1: it is of another conversation. */
  sideOf(frame: Frame): -1 | 0 | 1 {
    const { upper } = this
    if (
      frame.source3 === this.client3 &&
      frame.target3 === this.server3 &&
      frame.sourcePort === this.clientPort &&
      frame.targetPort === this.serverPort &&
      frame.source2 === upper.client2 &&
      frame.target2 === upper.server2 &&
      frame.source1 === upper.client1 &&
      frame.target1 === upper.server1 &&
      frame.source0 === upper.client0 &&
      frame.target0 === upper.server0
    )
      return 0
    return frame.source3 === this.server3 &&
      frame.target3 === this.client3 &&
      frame.sourcePort === this.serverPort &&
      frame.targetPort === this.clientPort &&
      frame.source2 === upper.server2 &&
      frame.target2 === upper.client2 &&
      frame.source1 === upper.server1 &&
      frame.target1 === upper.client1 &&
      frame.source0 === upper.server0 &&
      frame.target0 === upper.client0
      ? 1
      : -1
  }

  /** Counts an error that was reported of a packet of this conversation. */
  report(error: IcmpError): void {
    this.icmp ??= { unreachable: 0, tooBig: 0, timeExceeded: 0, other: 0 }
    this.icmp[error]++
  }

  get client(): Endpoint {
    const texts = this.made
    if (texts.client === undefined) {
      const { client0, client1, client2 } = this.upper
      texts.client = { ip: ipText(client0, client1, client2, this.client3), port: this.clientPort }
    }
    return texts.client
  }

  get server(): Endpoint {
    const texts = this.made
    if (texts.server === undefined) {
      const { server0, server1, server2 } = this.upper
      texts.server = { ip: ipText(server0, server1, server2, this.server3), port: this.serverPort }
    }
    return texts.server
  }

  get id(): string {
    const texts = this.made
    texts.id ??= this.fixedId ?? this.makeId()
    return texts.id
  }

  /** Names this conversation in saved state, from its first packet on and whoever turns out to be the client. */
  get key(): string {
    const texts = this.made
    texts.key ??= this.makeKey()
    return texts.key
  }

  /** Lets texts go, which can be made again. */
  forget(): void {
    this.#texts = undefined
  }

  private get made(): Texts {
    this.#texts ??= new Texts()
    return this.#texts
  }

  protected abstract makeId(): string

  protected makeKey(): string {
    const { client, server } = this
    return `${[`${client.ip},${client.port}`, `${server.ip},${server.port}`].sort().join('-')}@${this.start}`
  }

  /** The words of the client's address, then the server's. */
  get addresses(): number[] {
    const { client0, client1, client2, server0, server1, server2 } = this.upper
    return [client0, client1, client2, this.client3, server0, server1, server2, this.server3]
  }

  /** Both addresses as words, then the ports: `tuple = tuple` puts them back. */
  get tuple(): number[] {
    return [...this.addresses, this.clientPort, this.serverPort]
  }

  set tuple(tuple: number[]) {
    this.client3 = tuple[3]
    this.server3 = tuple[7]
    this.upper = upperOf(tuple)
    ;[this.clientPort, this.serverPort] = tuple.slice(8)
  }
}
