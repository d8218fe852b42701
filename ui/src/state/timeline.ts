import { computed, effect, signal } from '@preact/signals'
import type { Quality } from '#events/documents/quality.ts'
import { type Bars, binsFor, type Histogram, toBars } from '../logic/bins.ts'
import { latest } from '../logic/latest.ts'
import { spanOf } from '../logic/range.ts'
import { read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { renewed } from './connection.ts'
import { by, following, now, q, range } from './place.ts'

/** Bars, and what they are told apart by. */
export const histogram = signal<(Histogram & { by: string }) | undefined>(undefined)
export const quality = signal<Quality>({ width: 60_000, bins: [], marks: [] })
export const bars = computed<Bars | undefined>(() => histogram.value && toBars(histogram.value, histogram.value.by))

const MOST_BINS = 240
/** How often the bars of a live range are read again, ms. */
const REFRESH = 2000

const run = latest()
const runQuality = latest()
const pulse = computed(() => (following.value ? Math.floor(now.value / REFRESH) : 0))
const slowPulse = computed(() => (following.value ? Math.floor(now.value / 10_000) : 0))

effect(() => {
  const asked = binsFor(spanOf(range.value, serverNow()), MOST_BINS)
  const [filter, dimension] = [q.value, by.value]
  void [pulse.value, renewed.value]
  run(async (stop) => {
    try {
      histogram.value = await read<Histogram & { by: string }>('/histogram', { ...asked, q: filter, by: dimension }, stop)
    } catch (error) {
      // A filter that the server refuses is said at the filter line, by the grid's question.
      report(error, () => {})
    }
  })
})

effect(() => {
  const { from, to } = spanOf(range.value, serverNow())
  void [slowPulse.value, renewed.value]
  runQuality(async (stop) => {
    try {
      quality.value = await read('/quality', { from, to }, stop)
    } catch (error) {
      report(error, () => {})
    }
  })
})
