import { computed } from '@preact/signals'
import type { Parameters } from '../../state/api.ts'
import { address, span } from '../../state/place.ts'

const DAY = 86_400_000
/** Stretches that the one looked at is held against. */
export const AGO: readonly { name: string; title: string }[] = [
  { name: 'span', title: 'the stretch before' },
  { name: String(DAY), title: 'a day before' },
  { name: String(7 * DAY), title: 'a week before' },
]

const STEP = 2000
export const ago = computed(() => AGO.find(({ name }) => name === address.value.views['statistics.ago'])?.name)
export const otherFilter = computed(() => address.value.views['statistics.filter'])

/** How far back the second series lies, ms. */
export const shift = computed(() => {
  const { from, to } = span.value
  return ago.value === undefined ? 0 : ago.value === 'span' ? to - from : Number(ago.value)
})

/** What is asked beside: another filter, another stretch, or both; undefined when nothing is. */
export const beside = computed<Parameters | undefined>(() => {
  if (ago.value === undefined && otherFilter.value === undefined) return undefined
  const { from, to } = span.value
  // In steps while live, or it would be asked again every second.
  const moved =
    ago.value === undefined
      ? {}
      : { from: Math.floor((from - shift.value) / STEP) * STEP, to: Math.floor((to - shift.value) / STEP) * STEP }
  return { ...moved, ...(otherFilter.value !== undefined && { q: otherFilter.value }) }
})

export const besideTitle = computed(() =>
  [otherFilter.value, AGO.find(({ name }) => name === ago.value)?.title].filter((part) => part !== undefined).join(', '),
)
