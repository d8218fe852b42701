import type { Micros } from '../time.ts'

/** Times kept of one body; of more, every other is let go. */
const MOST = 64

/** When a body's bytes came: after so many of them, the time. */
export class Arrivals {
  readonly marks: { length: number; at: Micros }[] = []

  add(length: number, at: Micros): void {
    const last = this.marks.at(-1)
    if (last?.at === at) last.length = length
    else this.marks.push({ length, at })
    if (this.marks.length > MOST) this.marks.splice(0, this.marks.length, ...this.marks.filter((_, i) => i % 2 === 1 || i === MOST))
  }
}
