import { signal } from '@preact/signals'
import type { LiveCalls } from '#events/documents/live.ts'
import { type Pace, paceOf, recent, type Told } from '../logic/pace.ts'

/** How fast calls come, while they are more than the feed sends. */
export const pace = signal<Pace | undefined>(undefined)

const CALM = 2000
let told: Told[] = []
let timer: ReturnType<typeof setTimeout> | undefined

/** The feed told of calls. */
export function paced({ items, skipped }: LiveCalls): void {
  const at = performance.now()
  told = [...recent(told, at), { at, shown: items.length, all: items.length + skipped }]
  pace.value = paceOf(told)
  clearTimeout(timer)
  timer = setTimeout(() => {
    pace.value = undefined
  }, CALM)
}
