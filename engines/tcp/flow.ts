import { Ends } from './ends.ts'
import type { Connection, Side } from './facts.ts'
import { Half, marked } from './half.ts'
import { connectionId, peerKeyOf } from './identity.ts'

/** What is either so or not of a connection, a bit each. */
const ORIENTED = 1
const OPENED = 2
const ANSWERED = 4
const TROUBLED = 8

/** A connection in a table. */
export class Flow extends Ends implements Connection {
  application: unknown = undefined
  fromClient = new Half()
  fromServer = new Half()
  clientKnownBy: 'syn' | 'data' | 'port' = 'port'
  state: Connection['state'] = 'open'
  /** µs; -1 while it may still end, -2 when its beginning was not seen. */
  handshakeTime = -2
  marks = 0
  /** When a reset, or the second FIN, was seen; 0: not yet. */
  closing = 0
  /** Who sent the first FIN; `both`: neither had seen the other's. */
  closer: 'client' | 'server' | 'both' | undefined = undefined

  /** Who is the client is settled. */
  get oriented(): boolean {
    return (this.marks & ORIENTED) !== 0
  }
  set oriented(is: boolean) {
    this.marks = marked(this.marks, ORIENTED, is)
  }
  /** The sink knows it; its id is fixed. */
  get opened(): boolean {
    return (this.marks & OPENED) !== 0
  }
  set opened(is: boolean) {
    this.marks = marked(this.marks, OPENED, is)
  }
  /** The server's SYN was seen. */
  get answered(): boolean {
    return (this.marks & ANSWERED) !== 0
  }
  set answered(is: boolean) {
    this.marks = marked(this.marks, ANSWERED, is)
  }
  /** Something is missed or held back, or a close is due: see Streams. */
  get troubled(): boolean {
    return (this.marks & TROUBLED) !== 0
  }
  set troubled(is: boolean) {
    this.marks = marked(this.marks, TROUBLED, is)
  }

  half(side: Side): Half {
    return side === 0 ? this.fromClient : this.fromServer
  }

  /** Made anew at each call. */
  get sides(): [Half, Half] {
    return [this.fromClient, this.fromServer]
  }

  /** The id is fixed: when an initial sequence number is not known by now, it will not be part of it. */
  open(): void {
    this.opened = true
    if (!this.fromClient.known || !this.fromServer.known) this.fixedId = connectionId(this)
  }

  /** Only before the sink knows the connection. */
  override turn(): void {
    super.turn()
    const { fromClient, fromServer } = this
    this.fromClient = fromServer
    this.fromServer = fromClient
  }

  get transport(): 'tcp' {
    return 'tcp'
  }

  protected override makeId(): string {
    return connectionId(this)
  }

  get peerKey(): string | undefined {
    return peerKeyOf(this)
  }

  get closedBy(): 'client' | 'server' | 'both' | undefined {
    if (this.state === 'closed') return this.closer
    if (this.state !== 'reset') return undefined
    const { fromClient: client, fromServer: server } = this
    return client.reset && server.reset ? 'both' : client.reset ? 'client' : 'server'
  }

  get closedHow(): 'fin' | 'reset' | 'idle' | undefined {
    return this.state === 'closed' ? 'fin' : this.state === 'reset' || this.state === 'idle' ? this.state : undefined
  }

  get handshake(): number | undefined {
    return this.handshakeTime < 0 ? undefined : this.handshakeTime
  }
}
