import type { CaptureStatistics } from '#engines/pcap/sink.ts'
import type { MissingReason } from '#engines/tcp/facts.ts'

/** Finds out from an agent's drop counters why what is missing now was not captured. */
export class Losses {
  readonly #seen = new Map<number, { kernel: number; overflow: number }>()
  reason: MissingReason = 'not captured'

  /** Counters of an interface, since the capture began: those that grew name the reason for what is found missing from here on. */
  statistics(interfaceId: number, { accepted, droppedByKernel = 0, delivered }: CaptureStatistics): void {
    const overflow = accepted === undefined || delivered === undefined ? 0 : Math.max(0, accepted - droppedByKernel - delivered)
    const before = this.#seen.get(interfaceId) ?? { kernel: 0, overflow: 0 }
    this.#seen.set(interfaceId, { kernel: droppedByKernel, overflow })
    if (overflow > before.overflow) this.reason = 'dropped by overflow'
    else if (droppedByKernel > before.kernel) this.reason = 'dropped by kernel'
    else this.reason = 'not captured'
  }

  save(): [number, { kernel: number; overflow: number }][] {
    return [...this.#seen]
  }

  load(saved: [number, { kernel: number; overflow: number }][]): void {
    for (const [id, counters] of saved) this.#seen.set(id, counters)
  }
}
