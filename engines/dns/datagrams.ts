import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { type Connection, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Arrived } from './call.ts'
import { Joining, type SavedJoining } from './joining.ts'
import { HEADER, isResponse, readMessage } from './message.ts'

export interface SavedDatagrams {
  offsets: [number, number]
  held: Arrived | undefined
  joining: SavedJoining
}

/** mDNS (RFC 6762) and LLMNR (RFC 4795). */
const MULTICAST_PORTS = [5353, 5355]
const isMulticast = (ip: string): boolean => /^(22[4-9]|23\d)\.|^ff/.test(ip)

/** DNS over UDP: each datagram is a message. */
export class DnsDatagrams implements Reader {
  private offsets: [number, number] = [0, 0]
  /** A message that ended too early: the capture may have cut it, which is told next. */
  private held: Arrived | undefined = undefined
  private readonly joining: Joining
  private readonly connection: Connection

  constructor(connection: Connection, host: Host, beginning?: Beginning) {
    const { client, server } = connection
    const multicast = isMulticast(server.ip)
    const unasked = multicast || MULTICAST_PORTS.includes(server.port) || MULTICAST_PORTS.includes(client.port)
    this.connection = connection
    this.joining = new Joining((call) => host.call(call), { multicast, unasked })
    if (beginning !== undefined) this.offsets = [...beginning.offsets]
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.settle()
    const message = readMessage(bytes, start, end)
    if (message.length < HEADER && side === SERVER) message.flags = 0x8000
    const extra = message.error === undefined && message.length < end - start
    const arrived: Arrived = {
      message,
      side,
      offset: this.offsets[side],
      wireBytes: end - start,
      first: at,
      last: at,
      missing: [],
      findings: extra ? ['bytes-behind-message'] : [],
    }
    this.offsets[side] += end - start
    if (message.error === 'cut') this.held = arrived
    else this.joining.take(arrived)
  }

  gap(side: Side, missing: number, _at: Micros, reason: MissingReason): void {
    if (this.held?.side === side) {
      const direction = isResponse(this.held.message) ? 'response' : 'request'
      this.held.missing.push({ direction, offset: this.offsets[side], bytes: missing, reason })
    }
    this.settle()
    this.offsets[side] += missing
  }

  private settle(): void {
    const held = this.held
    this.held = undefined
    if (held !== undefined) this.joining.take(held)
  }

  end(): void {
    this.settle()
  }

  close(): void {
    this.settle()
    this.joining.close(this.connection.state === 'idle' ? undefined : this.offsets)
  }

  pending() {
    return this.joining.pending()
  }

  get idle(): boolean {
    return this.held === undefined && this.joining.idle
  }

  save(): SavedDatagrams {
    return { offsets: [...this.offsets], held: this.held, joining: this.joining.save() }
  }

  load({ offsets, held, joining }: SavedDatagrams): void {
    this.offsets = [...offsets]
    this.held = held
    this.joining.load(joining)
  }
}
