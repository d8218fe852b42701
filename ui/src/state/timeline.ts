import { computed, effect, signal } from '@preact/signals'
import { findField } from '#engines/query/fields.ts'
import type { Bin } from '#events/documents/live.ts'
import type { Quality } from '#events/documents/quality.ts'
import { type Bars, binsFor, type Histogram, toBars, widthOf } from '../logic/bins.ts'
import { changedBy, movedTo, reconciled } from '../logic/counts.ts'
import { spanOf } from '../logic/range.ts'
import { read, report } from './api.ts'
import { asking } from './asking.ts'
import { serverNow } from './clock.ts'
import { by, following, now, paused, q, range } from './place.ts'

/** Bars, and what they are told apart by. */
export const histogram = signal<(Histogram & { by: string }) | undefined>(undefined)
export const quality = signal<Quality>({ width: 60_000, bins: [], marks: [] })
export const bars = computed<Bars | undefined>(() => histogram.value && toBars(histogram.value, histogram.value.by))

const MOST_BINS = 240
/** How often the bars of a live range are read again, ms: where the feed counts, only to be sure. */
const REFRESH = 2000
const SURE = 15_000
const QUALITY = 10_000
/** By then, ms, what was captured is stored; and clocks differ by less. */
const SETTLED = 10_000
const ASIDE = 3000

/** What the feed has to count by; undefined: nothing is live. */
export const wanted = computed(() =>
  range.value.kind === 'live' ? { by: by.value, width: widthOf(range.value.window, MOST_BINS) } : undefined,
)
/** Whether the feed counts every call. */
const counting = signal(false)
/** What the feed counted of the last seconds, and since when (ms since 1970) it does. */
let fed: Bin[] = []
let since = Number.POSITIVE_INFINITY

/** The feed was opened: what it counts from now on is all there is. */
export function feedOpened(): void {
  fed = []
  since = serverNow() + ASIDE
}

/** The feed is gone, or another is opened. */
export function feedClosed(): void {
  since = Number.POSITIVE_INFINITY
  counting.value = false
}

/** The feed told by how much bins changed; undefined: it does not see every call. */
export function fedWith(bins: readonly Bin[] | undefined): void {
  counting.value = bins !== undefined
  if (!bins) return
  fed = changedBy(fed, bins).filter(({ time }) => time + wanted.peek()!.width > serverNow() - 2 * SETTLED)
  const before = histogram.peek()
  // The bars of another question are still there until this one is answered.
  if (before?.by === by.peek() && before.width === wanted.peek()!.width && !paused.peek())
    histogram.value = { ...before, bins: changedBy(before.bins, bins) }
}

asking(
  () => {
    const asked = binsFor(spanOf(range.value, serverNow()), MOST_BINS)
    const [filter, dimension] = [q.value, by.value]
    const settled = serverNow() - SETTLED
    return async (stop) => {
      try {
        const answer = await read<Histogram & { by: string }>('/histogram', { ...asked, q: filter, by: dimension }, stop)
        histogram.value = following.peek() ? reconciled(answer, fed, since, settled) : answer
      } catch (error) {
        // A filter that the server refuses is said at the filter line, by the grid's question.
        report(error, () => {})
      }
    }
  },
  () => (counting.peek() ? SURE : REFRESH),
)

// Where the feed counts, the bars go on with the clock.
effect(() => {
  const at = now.value
  const before = histogram.peek()
  if (!counting.value || !before || range.peek().kind !== 'live') return
  const { from, to } = binsFor(spanOf(range.peek(), at), MOST_BINS)
  if (from !== before.from || to !== before.to) histogram.value = movedTo(before, { from, to })
})

/** The calls of a live range as the feed counts them; undefined where it does not, or a call may be in several bars. */
export const liveTotal = computed(() => (counting.value && following.value && !findField(by.value)?.many ? bars.value?.total : undefined))

asking(
  () => {
    const { from, to } = spanOf(range.value, serverNow())
    return async (stop) => {
      try {
        quality.value = await read('/quality', { from, to }, stop)
      } catch (error) {
        report(error, () => {})
      }
    }
  },
  () => QUALITY,
)
