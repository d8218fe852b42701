import type { MessagePort } from 'node:worker_threads'
import type { LiveOptions, RefusedFor } from '#adapters/capture/port.ts'
import type { CaptureInterface } from '#engines/pcap/sink.ts'
import type { Gathered, Learned } from './gather.ts'
import type { Batch, LaneOptions } from './lanes.ts'

/** What the capturing thread is given. */
export interface Task {
  /** URL of a module with an `openLive: OpenLive`: a thread cannot be handed a function. */
  module: string
  live: LiveOptions
  lanes: LaneOptions
  limit: Limit
  /** Read between packets, where no message would arrive: an Int32Array of the places below. */
  control: SharedArrayBuffer
  /** Brings `OwnPlaces`; asked between packets too. */
  own: MessagePort
}

/** A capture ends by itself after so long (ms), or when it has captured so much (bytes on the wire); undefined: never. */
export interface Limit {
  time: number | undefined
  size: number | undefined
}

export const STOP = 0
/** How full the queue is, in millionths of its limit. */
export const FILL = 1
export const MILLION = 1_000_000

export interface Counters extends Gathered {
  dropped: number
  droppedByInterface: number
}

/** What the capturing thread says. */
export type Message =
  | { kind: 'started'; interfaces: CaptureInterface[] }
  | { kind: 'refused'; message: string; refusedFor: RefusedFor }
  | { kind: 'batch'; batch: Batch }
  | { kind: 'learned'; learned: Learned }
  | { kind: 'counters'; counters: Counters }
  /** `all`: no interface is left. */
  | { kind: 'failed'; message: string; all: boolean }
  | { kind: 'stopped'; counters: Counters }
