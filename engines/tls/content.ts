import type { Host, Inside } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Secrets } from './secrets.ts'

/** Protocols by their ALPN name (RFC 7301 section 6), where it is another one here. Others are found by their bytes. */
const BY_ALPN: Readonly<Record<string, string>> = {
  h2: 'h2',
  'http/1.0': 'http',
  'http/1.1': 'http',
  postgresql: 'postgresql',
  dot: 'dns',
}

export interface SavedContent {
  inside: unknown
  ended: [boolean, boolean]
}

/** What TLS carries: given to whoever reads it, once there is some. */
export class Content {
  private readonly host: Host
  private inside: Inside | undefined = undefined
  private ended: [boolean, boolean] = [false, false]

  constructor(host: Host) {
    this.host = host
  }

  get innermost(): string | undefined {
    return this.inside?.innermost
  }

  get begun(): boolean {
    return this.inside !== undefined
  }

  /** `offsets`: where, in the encrypted streams, it begins. */
  begin(alpn: string | undefined, offsets: readonly [number, number]): void {
    const protocol = alpn !== undefined && Object.hasOwn(BY_ALPN, alpn) ? BY_ALPN[alpn] : undefined
    this.inside = this.host.inside(protocol, { offsets, midway: false, secure: true })
  }

  data(side: Side, bytes: Uint8Array, end: number, at: Micros): void {
    if (end > 0) this.inside!.data(side, bytes, 0, end, at)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing > 0) this.inside?.gap(side, missing, at, reason)
  }

  end(side: Side, at: Micros): void {
    if (this.inside === undefined || this.ended[side]) return
    this.ended = side === CLIENT ? [true, this.ended[1]] : [this.ended[0], true]
    this.inside.end(side, at)
  }

  close(at: Micros): void {
    this.inside?.close(at)
  }

  /** TLS within TLS waits for its own secrets. */
  awaited(): readonly string[] {
    return this.inside?.awaited() ?? []
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    this.inside?.unlock(clientRandom, secrets, at)
  }

  giveUp(at: Micros): void {
    this.inside?.giveUp(at)
  }

  pending(): ReturnType<Inside['pending']> {
    return this.inside?.pending() ?? []
  }

  get idle(): boolean {
    return this.inside?.idle ?? true
  }

  save(): SavedContent {
    return { inside: this.inside?.save(), ended: [...this.ended] }
  }

  load({ inside, ended }: SavedContent): void {
    if (inside !== undefined) this.inside = this.host.loadInside(inside)
    this.ended = [...ended]
  }
}
