import type { LiveOptions } from '#adapters/capture/port.ts'
import type { CaptureInterface } from '#engines/pcap/sink.ts'
import type { Gathered, Learned } from './gather.ts'
import type { Batch, LaneOptions } from './lanes.ts'

/** What the capturing thread is given. */
export interface Task {
  /** URL of a module with an `openLive: OpenLive`: a thread cannot be handed a function. */
  module: string
  live: LiveOptions
  lanes: LaneOptions
  /** Read between packets, where no message would arrive: an Int32Array of the places below. */
  control: SharedArrayBuffer
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
  | { kind: 'refused'; message: string }
  | { kind: 'batch'; batch: Batch }
  | { kind: 'learned'; learned: Learned }
  | { kind: 'counters'; counters: Counters }
  /** `all`: no interface is left. */
  | { kind: 'failed'; message: string; all: boolean }
  | { kind: 'stopped'; counters: Counters }
