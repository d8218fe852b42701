import type { Codecs, HttpExchange } from '../http/facts.ts'
import type { Connection, MissingReason, Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { FindSecrets, Secrets } from '../tls/secrets.ts'
import type { Call, Found } from './call.ts'

/** What the first bytes of one side's stream (of a datagram over UDP) say; `more`: too few to tell. */
export type Answer = 'yes' | 'no' | 'more'
export type Recognise = (bytes: Uint8Array, start: number, end: number) => Answer

/** A protocol as the registry knows it: how it is recognised, and who reads it. */
export interface Protocol {
  /** As `network.protocol` says it. */
  readonly name: string
  readonly transports: readonly ('tcp' | 'udp')[]
  /** What the client's (the server's) first bytes say. Never from the port alone. */
  readonly client?: Recognise
  readonly server?: Recognise
  /** Server ports where bytes that nobody recognises are given to it, so that it says `malformed` and where, instead of nothing. */
  readonly expectedOn?: ReadonlySet<number>
  /** Its name in HTTP's Upgrade header (RFC 9110 section 7.8), in lower case, where that is another one. */
  readonly upgrade?: string
  /** Absent: the protocol is known by name, and not read. */
  readonly reader?: Readers
}

export interface Readers {
  /** Tells the host nothing yet: what a reader saves is kept as what differs from one that was just opened. */
  open(connection: Connection, host: Host, beginning: Beginning): Reader
  /** Goes on from what `Reader.save` gave. */
  load(saved: unknown, connection: Connection, host: Host): Reader
}

/** Where in a connection a reader begins. */
export interface Beginning {
  /** Offsets, in each side's stream, of the first byte that the reader gets. */
  readonly offsets: readonly [number, number]
  /** The conversation was under way: what was said before is not known (capture begun late, or bytes lost). */
  readonly midway: boolean
  /** What the protocol before agreed on: an upgrade's headers, for one. */
  readonly agreed?: Readonly<Record<string, string>>
  /** It was encrypted on the wire. */
  readonly secure?: boolean
}

/** TLS in one another, and in tunnels: whoever carries something passes this on to it. */
export interface Awaiting {
  /** Client randoms of the TLS sessions whose bytes are kept until their secrets come; where a key log may name one otherwise, that too. */
  awaited(): readonly string[]
  /** Secrets that are waited for have come, all that are known of them: what was kept is read now. */
  unlock(clientRandom: string, secrets: Secrets, at: Micros): void
  /** No secrets are waited for any longer: what was kept is let go, and told as `not decrypted`. */
  giveUp(at: Micros): void
}

/**
 * Reads one connection. It never throws on input; a gap is an input, a violation a fact with its offset. `bytes` is only valid
 * during the call. Over UDP each `receive` is one whole datagram.
 */
export interface Reader extends Partial<Awaiting> {
  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void
  /** `missing` bytes come next that nobody saw. */
  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void
  /** Bytes before the reader's beginning that nobody saw: they belong to its first message, if to any. */
  lost?(side: Side, offset: number, missing: number, at: Micros, reason: MissingReason): void
  /** This side sends no more. */
  end(side: Side, at: Micros): void
  /** The connection is closed or let go: what is open comes out now, as far as it came. */
  close(at: Micros): void
  /** What is open, as it is now; told again when it is finished, with the same position. */
  pending(): Found[]
  /** What is spoken inside the protocol, where it carries another one. */
  readonly innermost?: string | undefined
  /** Between two calls: none is open, and nothing is awaited. It may be put away as what it saves, until more comes. */
  readonly idle: boolean
  /** It is idle, and nothing of what was is to be known: one that begins here would go on in the same way. For those that can tell it sooner than by what they save. */
  readonly asNew?: boolean
  /** Plain data (numbers, strings, arrays, objects, Uint8Array of own memory), valid at any byte. */
  save(): object
}

/** What lies inside a protocol that carries others, TLS for one: read by whoever recognises it, its calls come out like all others. Offsets count on from its beginning. */
export interface Inside extends Awaiting {
  /** As `Reader.idle`. */
  readonly idle: boolean
  /** What is spoken inside, the innermost that is known. */
  readonly innermost: string | undefined
  data(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void
  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void
  end(side: Side, at: Micros): void
  close(at: Micros): void
  pending(): Found[]
  save(): unknown
}

/** What a reader is given. */
export interface Host {
  readonly codecs: Codecs
  readonly limits: { readonly keepBody: number }
  readonly secrets: FindSecrets
  /** Begins what is inside this protocol: `protocol` by name, or undefined to find it out by its first bytes. */
  inside(protocol: string | undefined, beginning: Beginning): Inside
  /** Goes on from what `Inside.save` gave. */
  loadInside(saved: unknown): Inside
  /** A call of HTTP of any version. */
  exchange(exchange: HttpExchange): void
  /** A call of any other protocol. */
  call(call: Call): void
  /**
   * From here on the connection speaks something else: `protocol` by name, or undefined to find it out by its first bytes. `rest`: what
   * this reader was given of each side and has not read, in order, up to the last byte. `midway`: bytes right before it were lost. To be
   * called last: the next reader begins within the call, and this one is not called again.
   */
  handOver(
    protocol: string | undefined,
    rest: readonly [Uint8Array, Uint8Array],
    at: Micros,
    agreed?: Readonly<Record<string, string>>,
    midway?: boolean,
  ): void
}
