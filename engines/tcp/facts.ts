import type { Micros } from '../time.ts'

/** Which end of a connection sent something: 0 the client (who opened it), 1 the server. */
export type Side = 0 | 1
export const CLIENT = 0
export const SERVER = 1

/** Why bytes of a stream are not in the capture. */
export type MissingReason =
  | 'not captured' // nobody saw them, and no counter says why
  | 'dropped by kernel' // the kernel's capture buffer was full meanwhile
  | 'dropped by overflow' // the agent could not keep or send them
  | 'cut by snap length' // the packet was seen, its end was cut
  | 'before capture' // the connection was open when the capture began
  | 'after capture' // the capture ended before they came
  | 'not decrypted' // they came encrypted, and their secrets are not known or do not fit

export interface Endpoint {
  ip: string
  port: number
}

/** What is known of one direction of a connection so far. */
export interface SideFacts {
  packets: number
  /** Payload bytes as sent, retransmissions left out. */
  bytes: number
  retransmissions: number
  retransmittedBytes: number
  outOfOrder: number
  /** Bytes given up as lost, and in how many gaps. */
  missingBytes: number
  gaps: number
  /** Initial sequence number; undefined until a SYN, or data and its acknowledgement, told it. */
  initialSequence: number | undefined
  fin: boolean
  reset: boolean
  /** The quickest answer of this side, from the observer to it and back, in µs. TCP alone, as are the following. */
  readonly minimumRoundTrip?: number | undefined
  /** How often this side could take no more (its window was closed), and for how long in all, µs. */
  windowStalls?: number
  windowStallTime?: number
  /** How often the other side had sent all that this side's window allows, be it closed or not, and for how long in all, µs. Only where both SYNs were seen. */
  fullWindows?: number
  fullWindowTime?: number
  /** Retransmissions that the other side says it did not need (D-SACK, RFC 2883). */
  spuriousRetransmissions?: number
  /** Segments from before the sequence numbers came round (PAWS, RFC 7323, 5); left out. */
  oldDuplicates?: number
  /** Keep-alives and probes of a closed window (RFC 9293, 3.8.4 and 3.8.6.1). */
  keepAlives?: number
  /** Segments with urgent data. They stay in their place in the stream. */
  urgent?: number
  /** Bytes that came once more and were not the same, compared with what was still kept. The first ones count. */
  differentBytes?: number
  /** Packets whose checksum was wrong, of those that were checked: see packet/checksum.ts. */
  checksumErrors?: number
}

/** What routers and hosts reported of a conversation's packets by ICMP (RFC 792, RFC 4443): how often. */
export interface IcmpErrors {
  unreachable: number
  tooBig: number
  timeExceeded: number
  other: number
}

/** One TCP connection, or one conversation over UDP: from its first packet to its last. */
export interface Connection {
  readonly transport: 'tcp' | 'udp'
  /** Derived from the 5-tuple and both initial sequence numbers, so the same connection has the same id wherever and whenever it is analysed. 32 hex digits. Fixed from the first fact that a sink sees. */
  readonly id: string
  /** The part of the id that address translation leaves alone (both initial sequence numbers): two observers of one connection agree on it. Undefined when a side's was never seen. */
  readonly peerKey: string | undefined
  readonly client: Endpoint
  readonly server: Endpoint
  /** `syn`: seen; `data`: who sent a request-like first message; `port`: the lower port is the server. */
  readonly clientKnownBy: 'syn' | 'data' | 'port'
  readonly sides: readonly [SideFacts, SideFacts]
  readonly start: Micros
  readonly end: Micros
  /** SYN to the handshake's last ACK as seen here, in µs; undefined without a whole handshake. */
  readonly handshake: number | undefined
  /** `open` until closed by FIN both ways, a reset, idleness, or the capture's end. */
  readonly state: 'open' | 'closed' | 'reset' | 'idle' | 'ended'
  /** Who ended it, and how; undefined while open, and when the capture ended first. `both`: their FINs, or resets, crossed. */
  readonly closedBy?: 'client' | 'server' | 'both' | undefined
  readonly closedHow?: 'fin' | 'reset' | 'idle' | undefined
  /** Undefined: none was seen. */
  readonly icmp?: IcmpErrors | undefined
  /** Free for the one that listens: the state of the protocol engine above. Never touched by the table. */
  application: unknown
}

/**
 * What TCP tells the layer above, in the order of each stream. `bytes` is only valid during the call:
 * who wants to keep some of it copies it. Offsets count from the first byte of the stream (after the SYN).
 */
export interface StreamSink {
  /** First fact of a connection. */
  open(connection: Connection): void
  /** Bytes `start`..`end` of `bytes` come next on this side. `at` is the time of the packet that carried them. */
  data(connection: Connection, side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void
  /**
   * `missing` bytes come next that nobody saw. Zero, with `before capture`: the stream was under way when the capture
   * began; first fact of its side, and offsets count from here.
   */
  gap(connection: Connection, side: Side, missing: number, at: Micros, reason: MissingReason): void
  /** This side sends no more (FIN, or reset by either side). */
  end(connection: Connection, side: Side, at: Micros): void
  /** Last fact of a connection: it is closed, or let go. */
  close(connection: Connection, at: Micros): void
  /** ICMP reported an error: `icmp` has changed. Also shortly after the close of a connection over TCP. */
  reported?(connection: Connection, at: Micros): void
}
