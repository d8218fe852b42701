import { DEFAULT_LIMITS, type HttpLimits } from '../http/limits.ts'
import type { Call } from '../protocols/call.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type Connection, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { withBeginning } from './assembly.ts'
import { agreedDeflate, Inflater } from './deflate.ts'
import { Frames, type SavedFrames } from './frames.ts'

/** A compressed message is undone in one piece, up to this size on the wire; and what it may expand to. In bytes. */
const MOST_COMPRESSED = 4 * 1024 * 1024
const MOST_DECODED = 32 * 1024 * 1024

type Agreed = NonNullable<Beginning['agreed']>

export interface SavedReader {
  agreed: Record<string, string>
  sides: [SavedFrames, SavedFrames]
}

/** WebSocket, behind HTTP's 101 (RFC 6455): one call per message. */
export class WebSocketReader implements Reader {
  private readonly sides: readonly [Frames, Frames]
  private readonly agreed: Agreed

  constructor(host: Host, agreed: Agreed) {
    this.agreed = agreed
    const { keepBody } = host.limits
    const limits = withBeginning({ ...DEFAULT_LIMITS, keepBody, coded: MOST_COMPRESSED, decoded: MOST_DECODED })
    this.sides = [this.framesOf(CLIENT, host, limits), this.framesOf(SERVER, host, limits)]
  }

  private framesOf(side: Side, host: Host, limits: HttpLimits): Frames {
    const compression = agreedDeflate(this.agreed['sec-websocket-extensions'], side)
    const inflater = compression && new Inflater(host.codecs, compression === 'takeover')
    const protocol = this.agreed['sec-websocket-protocol']
    const manner = { side, limits, codecs: host.codecs, keepBody: host.limits.keepBody, protocol, inflater }
    return new Frames(manner, (call) => host.call(call))
  }

  start({ offsets, midway }: Beginning, connection: Connection): void {
    for (const side of [CLIENT, SERVER] as const) this.sides[side].start(offsets[side], midway, connection.end)
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.sides[side].receive(bytes, start, end, at)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing > 0) this.sides[side].gap(missing, at, reason)
  }

  end(side: Side, at: Micros): void {
    this.sides[side].end(at, true)
  }

  close(at: Micros): void {
    for (const side of this.sides) side.end(at, false)
  }

  pending(): Call[] {
    return this.sides.flatMap((side) => side.pending())
  }

  get idle(): boolean {
    return this.sides[CLIENT].idle && this.sides[SERVER].idle
  }

  save(): SavedReader {
    return { agreed: { ...this.agreed }, sides: [this.sides[CLIENT].save(), this.sides[SERVER].save()] }
  }

  static load(saved: SavedReader, host: Host): WebSocketReader {
    const reader = new WebSocketReader(host, saved.agreed)
    for (const side of [CLIENT, SERVER] as const) reader.sides[side].load(saved.sides[side])
    return reader
  }
}
