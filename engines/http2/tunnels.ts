import type { HttpExchange } from '../http/facts.ts'
import type { Found } from '../protocols/call.ts'
import type { Host } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Secrets } from '../tls/secrets.ts'
import { MOST_TUNNELS } from './limits.ts'
import { type SavedTunnel, Tunnel } from './tunnel.ts'

/** The tunnels of one connection. */
export class Tunnels {
  private readonly open = new Map<number, Tunnel>()
  private readonly host: Host

  constructor(host: Host) {
    this.host = host
  }

  /** Of a stream whose exchange has come out. What the client sent before it was answered comes first. Beyond the bound, the oldest is read no further. */
  begin(id: number, exchange: HttpExchange, at: Micros): void {
    const tunnel = Tunnel.after(id, this.host, exchange)
    this.open.set(id, tunnel)
    const { body, bodyWireBytes } = exchange.request!
    if (body.content?.length === bodyWireBytes) tunnel.data(CLIENT, body.content, 0, bodyWireBytes, at)
    else if (bodyWireBytes > 0) tunnel.lose(CLIENT, bodyWireBytes, at, 'not captured')
    if (this.open.size <= MOST_TUNNELS) return
    const [oldest] = this.open.values()
    this.letGo(oldest, at)
  }

  get(id: number): Tunnel | undefined {
    return this.open.size === 0 ? undefined : this.open.get(id)
  }

  /** Frames of this side were lost, nobody knows of which streams. */
  lose(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    for (const tunnel of this.open.values()) tunnel.lose(side, missing, at, reason)
  }

  end(id: number, side: Side, at: Micros): void {
    if (this.open.get(id)?.end(side, at)) this.close(id, at)
  }

  endAll(side: Side, at: Micros): void {
    for (const id of [...this.open.keys()]) this.end(id, side, at)
  }

  /** One that waits for secrets is closed once it does not any more. */
  close(id: number, at: Micros): void {
    const tunnel = this.open.get(id)
    if (tunnel === undefined) return
    tunnel.closing ??= at
    this.letGoClosing()
  }

  closeAll(at: Micros): void {
    for (const tunnel of [...this.open.values()]) this.letGo(tunnel, tunnel.closing ?? at)
  }

  private letGoClosing(): void {
    for (const tunnel of [...this.open.values()])
      if (tunnel.closing !== undefined && tunnel.awaited().length === 0) this.letGo(tunnel, tunnel.closing)
  }

  private letGo(tunnel: Tunnel, at: Micros): void {
    tunnel.close(at)
    this.open.delete(tunnel.id)
  }

  /** Of TLS in the tunnels. */
  awaited(): readonly string[] {
    return this.open.size === 0 ? [] : [...this.open.values()].flatMap((tunnel) => tunnel.awaited())
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    for (const tunnel of this.open.values()) if (tunnel.awaited().includes(clientRandom)) tunnel.unlock(clientRandom, secrets, at)
    this.letGoClosing()
  }

  giveUp(at: Micros): void {
    for (const tunnel of this.open.values()) tunnel.giveUp(at)
    this.letGoClosing()
  }

  get idle(): boolean {
    return [...this.open.values()].every((tunnel) => tunnel.idle)
  }

  pending(): Found[] {
    return [...this.open.values()].flatMap((tunnel) => tunnel.pending())
  }

  save(): SavedTunnel[] {
    return [...this.open.values()].map((tunnel) => tunnel.save())
  }

  load(saved: readonly SavedTunnel[]): void {
    for (const tunnel of saved) this.open.set(tunnel.id, Tunnel.load(tunnel, this.host))
  }
}
