import { copyOf } from '../bytes/copy.ts'
import { u16be } from '../bytes/numbers.ts'
import { Carry } from '../http/carry.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type Connection, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import { type Micros, micros } from '../time.ts'
import { Joining, type SavedJoining } from './joining.ts'
import { HEADER, isResponse, readMessage } from './message.ts'
import { isStream } from './plausible.ts'

/** The length before each message (RFC 1035 section 4.2.2). */
const PREFIX = 2

interface SavedSide {
  carry: Uint8Array
  offset: number
  first: number
  skip: number
  lost: boolean
  ended: boolean
}

export interface SavedStream {
  sides: [SavedSide, SavedSide]
  joining: SavedJoining
}

/** DNS over TCP. */
export class DnsStream implements Reader {
  private readonly sides: readonly [Messages, Messages]
  private readonly joining: Joining

  constructor(_connection: Connection, host: Host, beginning?: Beginning) {
    this.joining = new Joining((call) => host.call(call), { multicast: false, unasked: false })
    this.sides = [new Messages(CLIENT, this.joining), new Messages(SERVER, this.joining)]
    if (beginning === undefined) return
    for (const side of [CLIENT, SERVER] as const) {
      this.sides[side].offset = beginning.offsets[side]
      this.sides[side].lost = beginning.midway
    }
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    this.sides[side].receive(bytes, start, end, at)
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing > 0) this.sides[side].gap(missing, at, reason)
  }

  lost(side: Side, offset: number, missing: number, _at: Micros, reason: MissingReason): void {
    this.joining.lose(side, offset, missing, reason)
  }

  end(side: Side, at: Micros): void {
    this.sides[side].end(at, true)
  }

  close(at: Micros): void {
    const [client, server] = this.sides
    const unseen = !client.ended || !server.ended
    for (const side of this.sides) side.end(at, false)
    this.joining.close(unseen ? [client.offset, server.offset] : undefined)
  }

  pending() {
    return this.joining.pending()
  }

  get idle(): boolean {
    return this.joining.idle
  }

  save(): SavedStream {
    return { sides: [this.sides[CLIENT].save(), this.sides[SERVER].save()], joining: this.joining.save() }
  }

  load({ sides, joining }: SavedStream): void {
    for (const side of [CLIENT, SERVER] as const) this.sides[side].load(sides[side])
    this.joining.load(joining)
  }
}

/** The messages of one side, one after another. */
class Messages {
  /** Of the next byte, in the stream. */
  offset = 0
  /** It is not known where a message begins: one is looked for at the beginning of each segment. */
  lost = false
  ended = false
  /** Bytes to come of a message of which others were lost. */
  private skip = 0
  private first = micros(0)
  private readonly carry = new Carry()
  private readonly side: Side
  private readonly joining: Joining

  constructor(side: Side, joining: Joining) {
    this.side = side
    this.joining = joining
  }

  receive(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (this.lost && isStream(bytes, start, end) === 'yes') this.lost = false
    let from = start
    while (from < end && !this.lost) {
      const to = this.step(bytes, from, end, at)
      this.offset += to - from
      from = to
    }
    this.offset += end - from
  }

  private step(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { carry } = this
    if (this.skip > 0) {
      const to = Math.min(end, from + this.skip)
      this.skip -= to - from
      return to
    }
    if (carry.length === 0) {
      this.first = at
      const to = end - from < PREFIX ? end + 1 : from + PREFIX + u16be(bytes, from)
      if (to <= end) {
        this.message(bytes, from, to, this.offset, at)
        return to
      }
    }
    const wanted = carry.length < PREFIX ? PREFIX : PREFIX + u16be(carry.bytes, 0)
    const to = Math.min(end, from + wanted - carry.length)
    carry.append(bytes, from, to)
    if (carry.length < PREFIX || carry.length < PREFIX + u16be(carry.bytes, 0)) return to
    const begun = this.offset + to - from - carry.length
    this.message(carry.bytes, 0, carry.length, begun, at)
    carry.clear()
    return to
  }

  /** A message with its length is there, or as much of it as will come. */
  private message(bytes: Uint8Array, from: number, to: number, offset: number, at: Micros, bytesMissing = 0, why?: MissingReason): void {
    const message = readMessage(bytes, from + PREFIX, to)
    if (message.length < HEADER && this.side === SERVER) message.flags = 0x8000
    if (message.length < HEADER) this.lost = true
    const direction = isResponse(message) ? 'response' : 'request'
    const extra = message.error === undefined && message.length < to - from - PREFIX
    this.joining.take({
      ...{ message, side: this.side, offset, wireBytes: to - from, first: this.first, last: at },
      missing: why === undefined ? [] : [{ direction, offset: offset + to - from, bytes: bytesMissing, reason: why }],
      findings: [...(extra ? ['bytes-behind-message'] : []), ...(why === undefined && bytesMissing > 0 ? ['closed-before-end'] : [])],
    })
  }

  gap(missing: number, at: Micros, reason: MissingReason): void {
    const { offset } = this
    const lacking = this.skip > 0 ? this.skip : this.lacking
    const within = Math.min(missing, lacking)
    this.cutShort(within, at, reason)
    this.skip = lacking - within
    this.offset += missing
    if (missing === within) return
    this.joining.lose(this.side, offset + within, missing - within, reason)
    this.lost = true
  }

  /** Bytes to come of the message that has begun. */
  private get lacking(): number {
    const { carry } = this
    return carry.length < PREFIX ? 0 : PREFIX + u16be(carry.bytes, 0) - carry.length
  }

  /** What has come of a message is all of it. Of one without its header, nothing is known. */
  private cutShort(missing: number, at: Micros, reason: MissingReason | undefined): void {
    const { carry, offset } = this
    const { bytes, length } = carry
    carry.clear()
    if (length >= PREFIX + HEADER) this.message(bytes, 0, length, offset - length, at, missing, reason)
    else if (length > 0) this.joining.lose(this.side, offset - length, length + missing, reason ?? 'after capture')
  }

  /** No more bytes come, by FIN or reset (`said`) or because nobody saw on. */
  end(at: Micros, said: boolean): void {
    if (this.ended) return
    this.ended = true
    this.cutShort(Math.max(1, this.lacking), at, said ? undefined : 'after capture')
  }

  save(): SavedSide {
    const { carry, offset, first, skip, lost, ended } = this
    return { carry: copyOf(carry.bytes, 0, carry.length), offset, first, skip, lost, ended }
  }

  load({ carry, offset, first, skip, lost, ended }: SavedSide): void {
    this.carry.append(carry, 0, carry.length)
    Object.assign(this, { offset, skip, lost, ended, first: micros(first) })
  }
}
