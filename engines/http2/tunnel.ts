import { agreementOf, protocolOf } from '../http/change.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { Found } from '../protocols/call.ts'
import type { Beginning, Host, Inside } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Secrets } from '../tls/secrets.ts'

export interface SavedTunnel {
  id: number
  agreed: Record<string, string>
  offsets: [number, number]
  ended: [boolean, boolean]
  closing: Micros | undefined
  inside: unknown
}

/** Room for the offsets of one tunnel: calls in several tunnels of a connection may not have one place. */
const ROOM = 2 ** 32
const MOST_NUMBERS = 2 ** 20

/**
 * What a stream carries after CONNECT was answered by 2xx (RFC 9113 section 8.5), or another protocol after extended CONNECT (RFC 8441):
 * read by whoever recognises it. Offsets in it begin at the stream's number times 2³².
 */
export class Tunnel {
  readonly id: number
  /** When its stream was closed, of one that is still to be read. */
  closing: Micros | undefined
  private readonly host: Host
  private readonly agreed: Readonly<Record<string, string>>
  private readonly offsets: [number, number]
  private readonly ended: [boolean, boolean] = [false, false]
  private inside: Inside

  constructor(id: number, host: Host, agreed: Readonly<Record<string, string>>, saved?: SavedTunnel) {
    this.id = id
    this.host = host
    this.agreed = agreed
    const base = (id % MOST_NUMBERS) * ROOM
    this.offsets = saved === undefined ? [base, base] : [...saved.offsets]
    if (saved !== undefined) this.ended = [...saved.ended]
    this.closing = saved?.closing
    this.inside = saved === undefined ? this.open(false) : host.loadInside(saved.inside)
  }

  /** The one that an exchange was answered with. */
  static after(id: number, host: Host, exchange: HttpExchange): Tunnel {
    return new Tunnel(id, host, agreementOf(exchange))
  }

  private open(midway: boolean): Inside {
    const beginning: Beginning = { offsets: [this.offsets[CLIENT], this.offsets[SERVER]], midway, agreed: this.agreed }
    return this.host.inside(protocolOf(this.agreed), beginning)
  }

  data(side: Side, bytes: Uint8Array, from: number, to: number, at: Micros): void {
    this.offsets[side] += to - from
    this.inside.data(side, bytes, from, to, at)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.offsets[side] += missing
    this.inside.gap(side, missing, at, reason)
  }

  /** Frames were lost, at most `missing` bytes of them, and nobody knows how much of it was this stream's: what is inside is begun anew. */
  lose(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    this.gap(side, missing, at, reason)
    this.inside.close(at)
    this.inside = this.open(true)
  }

  /** This side sends no more. Answers whether neither does. */
  end(side: Side, at: Micros): boolean {
    if (!this.ended[side]) this.inside.end(side, at)
    this.ended[side] = true
    return this.ended[CLIENT] && this.ended[SERVER]
  }

  close(at: Micros): void {
    this.inside.close(at)
  }

  awaited(): readonly string[] {
    return this.inside.awaited()
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    this.inside.unlock(clientRandom, secrets, at)
  }

  giveUp(at: Micros): void {
    this.inside.giveUp(at)
  }

  get idle(): boolean {
    return this.inside.idle
  }

  pending(): Found[] {
    return this.inside.pending()
  }

  save(): SavedTunnel {
    const { id, agreed, offsets, ended, closing, inside } = this
    return { id, agreed: { ...agreed }, offsets: [...offsets], ended: [...ended], closing, inside: inside.save() }
  }

  static load(saved: SavedTunnel, host: Host): Tunnel {
    return new Tunnel(saved.id, host, saved.agreed, saved)
  }
}
