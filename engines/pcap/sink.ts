import type { Micros } from '../time.ts'

/** A place packets were captured at. */
export interface CaptureInterface {
  /** Empty when the capture does not tell. */
  name: string
  linkType: number
  snapLength: number
}

/** Counters of an Interface Statistics Block, from the start of the capture; undefined: not told. */
export interface CaptureStatistics {
  received?: number
  droppedByInterface?: number
  /** Passed the capture filter. */
  accepted?: number
  droppedByKernel?: number
  /** Given to the one that captures: `accepted - droppedByKernel - delivered` it had to drop itself. */
  delivered?: number
}

/** What a capture tells, in its order. `bytes` are only valid during the call. */
export interface CaptureSink {
  /**
   * A packet: `start`..`end` of `bytes`, of `originalLength` on the wire (more than captured when the snap length cut it).
   * `interfaceId` is an index to `CaptureReader.interfaces`.
   */
  packet(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void
  statistics?(interfaceId: number, counters: CaptureStatistics, at: Micros): void
  /** A name the capture gives for an IP address. */
  name?(address: string, name: string): void
  /** Decryption secrets lie in the capture (type as in its block, 0x544c534b: TLS key log lines). */
  secrets?(type: number, bytes: Uint8Array, start: number, end: number): void
  /** A pcapng block that is none of ours. */
  skipped?(blockType: number, length: number): void
}

export type CaptureProblemCode =
  | 'not-a-capture' // neither pcap nor pcapng
  | 'unsupported' // a capture of a version that is not known
  | 'cut' // it ends in the middle of something; what came before was delivered
  | 'corrupt' // from here on lengths make no sense; what came before was delivered

export interface CaptureProblem {
  code: CaptureProblemCode
  /** The byte of the capture at which reading ended. */
  offset: number
  /** One sentence. */
  message: string
}
