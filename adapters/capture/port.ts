import type { CaptureInterface } from '#engines/pcap/sink.ts'
import type { Micros } from '#engines/time.ts'

export interface LiveOptions {
  /** Names as the system has them; `any` takes all at once. */
  interfaces: readonly string[]
  /** In pcap-filter(7) syntax; empty: everything. */
  filter: string
  /** Left out before anything else is looked at, in the kernel: TCP connections of these endpoints. */
  exclude: readonly OwnEndpoint[]
  /** Bytes kept of each packet. */
  snapLength: number
  /** Bytes of the kernel's buffer, for each interface. */
  bufferBytes: number
}

/** An endpoint of Spider itself, so that it does not watch itself. */
export interface OwnEndpoint {
  /** Addresses, not names; empty: any. */
  addresses: readonly string[]
  port: number
}

/** Sums since the capture began. */
export interface KernelCounters {
  /** Passed the filter. */
  received: number
  /** Passed the filter, but the kernel's buffer was full. */
  dropped: number
  droppedByInterface: number
}

export interface LiveSink {
  /** `bytes` are only valid during the call. `interfaceId` is an index to `LiveCapture.interfaces`. */
  packet(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void
  /** Called at least every 1,024 packets and every 20 ms: under load it replaces timers, which do not come then. */
  turn(): void
  /** Nothing more comes from this interface. */
  failed(interfaceId: number, message: string): void
}

export interface LiveCapture {
  readonly interfaces: readonly CaptureInterface[]
  counters(interfaceId: number): KernelCounters
  /** After it no packet is delivered. */
  close(): void
}

/** Opens a capture in this thread. Throws `CaptureRefused`. */
export type OpenLive = (options: LiveOptions, sink: LiveSink) => LiveCapture

/** What a capture was refused for. */
export type RefusedFor = 'right' | 'interface' | 'filter' | 'other'

/** The capture cannot begin, and it is for the user to put that right: the message says how. */
export class CaptureRefused extends Error {
  override name = 'CaptureRefused'
  readonly refusedFor: RefusedFor
  constructor(message: string, refusedFor: RefusedFor = 'other') {
    super(message)
    this.refusedFor = refusedFor
  }
}

/** A capture file, or standard input, in pieces. */
export interface CaptureFile {
  name: string
  /** Bytes of the file as it lies there; undefined for a pipe. */
  size: number | undefined
  /** Bytes of the file read so far. */
  read(): number
  /** Decompressed pieces; a piece is only valid until the next is asked for. Throws `CaptureRefused` when it cannot be opened, and when compressed data are bad. */
  chunks(): AsyncIterable<Uint8Array>
}

/** `-` is standard input. */
export type OpenFile = (path: string) => Promise<CaptureFile>
