import type { Lease } from '../port.ts'

interface Grant {
  fence: number
  /** ms since 1970. */
  until: number
}

/**
 * Who has which lane now. Not kept in files: every holder lives in the process that has the directory, so none outlives it.
 * Only the count of holders is kept, so that a lease from before a restart is never the newest.
 */
export class Leases {
  readonly #grants = new Map<string, Grant>()

  /** The lane's new lease, or undefined while it is held. */
  take(lane: string, holder: string, lastFence: number, until: number, now: number): Lease | undefined {
    const grant = this.#grants.get(lane)
    if (grant && grant.until > now) return undefined
    const fence = Math.max(lastFence, grant?.fence ?? 0) + 1
    this.#grants.set(lane, { fence, until })
    return { lane, holder, fence }
  }

  /** Whether nobody was given the lane after this lease. */
  isNewest(lease: Lease): boolean {
    return this.#grants.get(lease.lane)?.fence === lease.fence
  }

  renew(lease: Lease, until: number): boolean {
    const grant = this.#grants.get(lease.lane)
    if (grant?.fence !== lease.fence || grant.until === 0) return false
    grant.until = until
    return true
  }

  release(lease: Lease): void {
    const grant = this.#grants.get(lease.lane)
    if (grant?.fence === lease.fence) grant.until = 0
  }
}
