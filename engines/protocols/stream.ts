import type { Choices } from '../detect/choices.ts'
import { Detector, UNKNOWN } from '../detect/detector.ts'
import type { Codecs, HttpExchange } from '../http/facts.ts'
import { CLIENT, type Connection, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { FindSecrets, Secrets } from '../tls/secrets.ts'
import { type Call, type Found, isCall } from './call.ts'
import { differenceOf, restored } from './difference.ts'
import type { Packing } from './packing.ts'
import type { Beginning, Host, Protocol, Reader, Readers } from './protocol.ts'
import type { Lost, SavedStream } from './saved.ts'

/** So many of them are told at most: whoever loses more has lost the beginning. */
const MOST_LOST = 16
/** Protocols in one another, or one after another, on one connection: bytes made to nest without end are not followed further. */
const MOST_HAND_OVERS = 8
const SIDES = [CLIENT, SERVER] as const

/** What the streams of one analysis share. */
export interface Shared {
  readonly choices: Readonly<Record<Connection['transport'], Choices>>
  readonly codecs: Codecs
  readonly limits: Host['limits']
  readonly secrets: FindSecrets
  readonly packing: Packing
  readonly sink: {
    exchange(connection: Connection, exchange: HttpExchange): void
    call(connection: Connection, call: Call): void
  }
}

/** A piece of a side's stream that waits for the one who reads it. */
interface Piece {
  side: Side
  bytes: Uint8Array
}

/** One connection: what it speaks, and who reads it now. */
export class Stream implements Host {
  /** What the connection speaks, as far as it is known. */
  protocol: string | undefined = undefined
  /** Calls that came out so far. */
  calls = 0
  private reader: Reader | undefined = undefined
  /** What is kept of a reader that rests, since its connection is idle: what it differs by from one that begins here, packed. */
  private rested: string | undefined = undefined
  /** What is spoken inside, while the reader rests. */
  private within: string | undefined = undefined
  /** Of use to those who hold streams: see `Warm`. */
  warmth = 0
  /** Undefined: it is known what the connection speaks. */
  private detector: Detector | undefined
  private agreed: Beginning['agreed'] = undefined
  /** What it carries was encrypted on the wire. */
  private secure = false
  /** In each side's stream, of the next byte for the reader. */
  private offsets: [number, number] = [0, 0]
  private ended: [boolean, boolean] = NEITHER
  private handOvers = 0
  private lost: Lost[] | undefined = undefined
  private due: Piece[] | undefined = undefined
  private settling = false
  private endsDue = false
  private readonly connection: Connection
  private readonly shared: Shared

  constructor(connection: Connection, shared: Shared) {
    this.connection = connection
    this.shared = shared
    const midway = connection.transport === 'udp' || connection.clientKnownBy !== 'syn'
    this.detector = new Detector(this.choices.at(connection.server.port), midway)
  }

  private get choices(): Choices {
    return this.shared.choices[this.connection.transport]
  }

  get codecs(): Codecs {
    return this.shared.codecs
  }

  get limits(): Host['limits'] {
    return this.shared.limits
  }

  get secrets(): FindSecrets {
    return this.shared.secrets
  }

  exchange(exchange: HttpExchange): void {
    this.calls++
    if (this.secure) exchange.secure = true
    this.shared.sink.exchange(this.connection, exchange)
  }

  call(call: Call): void {
    this.calls++
    this.shared.sink.call(this.connection, call)
  }

  data(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (this.rested !== undefined) this.wake()
    if (this.reader !== undefined) {
      this.offsets[side] += end - start
      this.reader.receive(side, bytes, start, end, at)
    } else if (this.detector !== undefined) {
      const found = this.detector.receive(side, bytes, start, end)
      if (found !== undefined) this.begin(found, at, { side, bytes: bytes.subarray(start, end) })
    }
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (this.rested !== undefined) this.wake()
    if (this.reader !== undefined) {
      this.offsets[side] += missing
      this.reader.gap(side, missing, at, reason)
    } else if (this.detector !== undefined) {
      this.detector.lose(side, missing)
      this.lost ??= []
      const offset = this.detector.passed[side] - missing
      if (missing > 0 && reason !== 'before capture' && this.lost.length < MOST_LOST) this.lost.push({ side, offset, missing, reason, at })
    }
  }

  end(side: Side, at: Micros): void {
    this.ended = side === CLIENT ? [true, this.ended[SERVER]] : [this.ended[CLIENT], true]
    if (this.rested !== undefined) this.wake()
    this.reader?.end(side, at)
  }

  close(at: Micros): void {
    if (this.detector !== undefined) this.begin(this.detector.end(), at)
    for (const side of SIDES) {
      const { fin, reset } = this.connection.sides[side]
      if ((fin || reset) && !this.ended[side]) this.end(side, at)
    }
    if (this.rested !== undefined) this.wake()
    this.reader?.close(at)
    this.protocol = this.innermost
    // A closed connection may be remembered for long: what is above it need not be.
    this.reader = undefined
    this.detector = undefined
    this.lost = undefined
  }

  /** Lets go of a reader that has nothing to do, until more comes. */
  rest(): void {
    const { reader } = this
    if (!reader?.idle) return
    this.within = reader.innermost
    this.rested = this.shared.packing.pack(this.differenceOf(reader))
    this.reader = undefined
  }

  private wake(): void {
    const difference = this.shared.packing.take(this.rested!)
    this.rested = undefined
    this.reader = this.again(difference)
  }

  private get readers(): Readers | undefined {
    return this.protocol === undefined ? undefined : this.choices.named(this.protocol)?.reader
  }

  /** One that begins here: most of what a reader saves between two calls is as in this one. */
  private fresh(): Reader | undefined {
    return this.readers?.open(this.connection, this, { offsets: [this.offsets[CLIENT], this.offsets[SERVER]], midway: false })
  }

  private differenceOf(reader: Reader): unknown {
    return reader.asNew ? undefined : differenceOf(reader.save(), this.fresh()!.save())
  }

  private again(difference: unknown): Reader | undefined {
    const fresh = this.fresh()
    if (fresh === undefined || difference === undefined) return fresh
    return this.readers!.load(restored(difference, fresh.save()), this.connection, this)
  }

  /** Whether it is between two calls, or nobody reads. */
  get idle(): boolean {
    return this.detector === undefined && (this.reader?.idle ?? true)
  }

  /** What is spoken, also inside what is spoken, the innermost that is known. */
  get innermost(): string | undefined {
    const inside = this.rested === undefined ? this.reader?.innermost : this.within
    return inside === undefined || inside === UNKNOWN ? this.protocol : inside
  }

  pending(): Found[] {
    const open = this.reader?.pending() ?? []
    if (this.secure) for (const found of open) if (!isCall(found)) found.secure = true
    return open
  }

  /** It is known what the connection speaks: the protocol's reader gets what was kept, then the piece at hand. */
  private begin(found: Protocol | typeof UNKNOWN, at: Micros, piece?: Piece): void {
    const { agreed, lost = [] } = this
    const detector = this.detector!
    this.detector = undefined
    this.lost = undefined
    this.agreed = undefined
    if (found === UNKNOWN) {
      this.protocol ??= UNKNOWN
      return
    }
    const midway = detector.midway && this.connection.transport === 'tcp'
    this.open(found, { offsets: [...detector.passed], midway, agreed })
    for (const { side, offset, missing, reason, at } of lost) this.reader?.lost?.(side, offset, missing, at, reason)
    const kept = SIDES.map((side): Piece => ({ side, bytes: detector.takeHeld(side) }))
    this.settle(piece === undefined ? kept : [...kept, piece], at)
  }

  private open(protocol: Protocol, beginning: Beginning): void {
    this.protocol = protocol.name
    this.offsets = [beginning.offsets[CLIENT], beginning.offsets[SERVER]]
    this.reader = protocol.reader?.open(this.connection, this, beginning)
  }

  handOver(
    name: string | undefined,
    rest: readonly [Uint8Array, Uint8Array],
    at: Micros,
    agreed?: Readonly<Record<string, string>>,
    midway = false,
  ): void {
    const offsets = [this.offsets[CLIENT] - rest[CLIENT].length, this.offsets[SERVER] - rest[SERVER].length] as const
    this.reader = undefined
    this.handOvers++
    this.next(name, { offsets, midway, agreed })
    const pieces = SIDES.map((side): Piece => ({ side, bytes: rest[side] }))
    this.settle(pieces, at)
  }

  /** What comes next is of this protocol; undefined: its first bytes will tell. */
  private next(name: string | undefined, beginning: Beginning): void {
    this.detector = undefined
    if (this.handOvers > MOST_HAND_OVERS) return
    const { offsets, midway, agreed } = beginning
    const protocol = name === undefined ? undefined : this.choices.named(name)
    if (protocol !== undefined) this.open(protocol, beginning)
    else if (name !== undefined) this.protocol = name
    else {
      this.detector = new Detector(this.choices.at(undefined), midway || this.connection.transport === 'udp', offsets)
      this.agreed = agreed
    }
  }

  inside(name: string | undefined, beginning: Beginning): Stream {
    const inside = new Stream(this.connection, { ...this.shared, sink: this.outwards })
    inside.handOvers = this.handOvers + 1
    inside.secure = beginning.secure === true
    inside.next(name, beginning)
    return inside
  }

  loadInside(saved: unknown): Stream {
    const inside = new Stream(this.connection, { ...this.shared, sink: this.outwards })
    inside.load(saved as SavedStream)
    return inside
  }

  /** Calls of what is inside are this connection's, and counted here too. */
  private get outwards(): Shared['sink'] {
    return { exchange: (_, exchange) => this.exchange(exchange), call: (_, call) => this.call(call) }
  }

  awaited(): readonly string[] {
    return this.reader?.awaited?.() ?? NONE
  }

  unlock(clientRandom: string, secrets: Secrets, at: Micros): void {
    this.reader?.unlock?.(clientRandom, secrets, at)
  }

  giveUp(at: Micros): void {
    this.reader?.giveUp?.(at)
  }

  /** Gives pieces, before those that are due already, to whoever reads by then; and says again which sides have ended. */
  private settle(pieces: Piece[], at: Micros): void {
    this.due = this.due === undefined ? pieces : [...pieces, ...this.due]
    this.endsDue = true
    if (this.settling) return
    this.settling = true
    while (this.due.length > 0 || this.endsDue) {
      const piece = this.due.shift()
      if (piece === undefined) this.tellEnds(at)
      else if (piece.bytes.length > 0) this.data(piece.side, piece.bytes, 0, piece.bytes.length, at)
    }
    this.settling = false
    this.due = undefined
  }

  /** A reader that hands over at one side's end leaves the other's to the next one. */
  private tellEnds(at: Micros): void {
    this.endsDue = false
    for (const side of SIDES) if (this.ended[side] && !this.endsDue) this.reader?.end(side, at)
  }

  save(): SavedStream {
    const { protocol, detector, reader, rested, agreed, secure, offsets, ended, calls, handOvers, lost = [] } = this
    return {
      ...{ protocol, agreed, secure, calls, handOvers },
      detector: detector?.save(),
      reading: reader !== undefined || rested !== undefined,
      reader: rested === undefined ? reader && this.differenceOf(reader) : this.shared.packing.look(rested),
      offsets: [...offsets],
      ended: [...ended],
      lost: [...lost],
    }
  }

  /** Goes on from what was saved. A protocol that is not read any more is left alone from here on. */
  load(saved: SavedStream): void {
    this.protocol = saved.protocol
    this.agreed = saved.agreed
    this.secure = saved.secure
    this.offsets = [...saved.offsets]
    this.ended = [...saved.ended]
    this.calls = saved.calls
    this.handOvers = saved.handOvers
    this.lost = saved.lost.length > 0 ? [...saved.lost] : undefined
    this.detector = saved.detector && Detector.load(saved.detector, this.choices.at(this.connection.server.port))
    if (saved.reading) this.reader = this.again(saved.reader)
  }
}

const NEITHER: [boolean, boolean] = [false, false]
const NONE: readonly string[] = []
