import { computed, effect, signal } from '@preact/signals'
import type { Filter } from '#engines/query/ast.ts'
import { FAILED } from '#engines/query/dimensions.ts'
import { faultInWords, faultOf, refine } from '../logic/refine.ts'
import { address, go, q } from './place.ts'

/** The filter as it stands in the line, applied or not. */
export const draft = signal(q.peek())
/** What the server said against the filter. */
export const refused = signal<string | undefined>(undefined)

export const fault = computed(() => faultOf(draft.value))
/** Whether the typist has stopped, or tried to apply: before that, an unfinished filter is not a wrong one. */
const stopped = signal(true)
export const complaint = computed(() =>
  fault.value ? (stopped.value ? faultInWords(fault.value) : undefined) : draft.value === q.value ? refused.value : undefined,
)
export const applied = computed(() => draft.value === q.value)

// Back and forward, and links, change what is applied; the line follows.
effect(() => {
  draft.value = q.value
})

const PAUSE = 900
effect(() => {
  void draft.value
  stopped.value = false
  const timer = setTimeout(() => {
    stopped.value = true
  }, PAUSE)
  return () => clearTimeout(timer)
})

/** Applies the line. A filter with a fault is left as it is, and the calls too. */
export function apply(): void {
  stopped.value = true
  if (fault.value) return
  go({ q: draft.value.trim() })
  draft.value = address.value.q
}

export function clear(): void {
  draft.value = ''
  apply()
}

/** Narrows what is shown to calls that fit a term, or to those that do not. */
export const narrow = (term: Filter, negate = false): void => go({ q: refine(q.value, term, negate) })

/** Shows the calls that fit a term, whatever the filter was. */
export const only = (term: Filter): void => go({ q: refine('', term) })

/** Narrows what is shown to calls that fit a term and failed. */
export const onlyErrors = (term: Filter): void => go({ q: refine(refine(q.value, term), FAILED) })
