import { copyOf } from '../bytes/copy.ts'
import type { MissingReason, Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { LIMITS } from './limits.ts'
import { HEADER } from './open/opener.ts'

/** A record that waits, with its fragment; or, without, bytes of records that were lost. */
export interface HeldRecord {
  side: Side
  at: Micros
  offset: number
  type: number
  version: number
  fragment: Uint8Array
}
export interface HeldLoss {
  side: Side
  at: Micros
  wire: number
  records: number | undefined
  reason: MissingReason
}
export type Held = HeldRecord | HeldLoss

export const isLoss = (held: Held): held is HeldLoss => 'wire' in held

/**
 * What waits until it can be opened, in the order it came. What is beyond the bound is only counted: the beginning, with the handshake and
 * the first requests, says more than the end, and what comes after a loss is opened again.
 */
export class Waiting {
  items: Held[] = []
  private bytes = 0
  /** More came than is kept. */
  overflowed = false

  keep(item: Held): void {
    const { items } = this
    if (!isLoss(item) && (this.overflowed || this.bytes + item.fragment.length > LIMITS.held)) {
      this.overflowed = true
      const { side, at, fragment } = item
      this.keep({ side, at, wire: HEADER + fragment.length, records: 1, reason: 'not decrypted' })
      return
    }
    if (isLoss(item)) {
      const before = items.findLast(({ side }) => side === item.side)
      if (before !== undefined && isLoss(before)) {
        before.wire += item.wire
        before.records = before.records === undefined || item.records === undefined ? undefined : before.records + item.records
        return
      }
      this.bytes += LIMITS.heldRecord
    } else this.bytes += item.fragment.length + LIMITS.heldRecord
    items.push(item)
  }

  /** Takes everything out: what still has to wait is kept again. */
  take(): Held[] {
    const { items } = this
    this.items = []
    this.bytes = 0
    this.overflowed = false
    return items
  }

  save(): Held[] {
    return this.items.map((item) => (isLoss(item) ? { ...item } : { ...item, fragment: copyOf(item.fragment) }))
  }
}
