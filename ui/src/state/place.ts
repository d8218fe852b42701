import { computed, effect, signal } from '@preact/signals'
import { type Address, formatAddress, parseAddress } from '../logic/address.ts'
import { live, type Range, type Span, spanOf } from '../logic/range.ts'
import { serverNow } from './clock.ts'

/** Where the page is: the URL, as a value. */
export const address = signal<Address>(parseAddress(location.search))

/** Moves on. `push` makes a step that Back undoes; sizes and things passed in a row `replace`. */
export function go(change: Partial<Address>, how: 'push' | 'replace' = 'push'): void {
  const next = { ...address.value, ...change }
  const search = formatAddress(next)
  if (search !== formatAddress(address.value)) history[how === 'push' ? 'pushState' : 'replaceState'](null, '', search || location.pathname)
  address.value = next
}

/** Opens a call; from another, on top of it. */
export const open = (id: string): void => go({ call: id, trail: [] })
export function openOver(id: string): void {
  const { call, trail } = address.value
  if (call !== id) go({ call: id, trail: call === undefined ? [] : [...trail, call] })
}

/** A parameter that a view keeps in the URL, as `map.group`; undefined removes it. */
export const ofView = (name: string): string | undefined => address.value.views[name]
export function setOfView(name: string, value: string | undefined, how: 'push' | 'replace' = 'push'): void {
  const { [name]: _, ...others } = address.value.views
  go({ views: value ? { ...others, [name]: value } : others }, how)
}

addEventListener('popstate', () => {
  address.value = parseAddress(location.search)
})

/** The range when the link names none: set from what was captured, see `state/extent.ts`. */
export const usual = signal<Range>(live())

const rangeKey = computed(() => JSON.stringify(address.value.range ?? usual.value))
/** The range looked at. A new value only when it changed. */
export const range = computed<Range>(() => JSON.parse(rangeKey.value))
export const q = computed(() => address.value.q)
export const call = computed(() => address.value.call)
export const trail = computed(() => address.value.trail)
export const by = computed(() => address.value.by)
export const following = computed(() => range.value.kind === 'live')

/** Whether what is live stands still for a while: what comes meanwhile waits. */
export const paused = signal(false)
effect(() => {
  if (!following.value) paused.value = false
})

/** The clock, in steps of a second while something follows it. */
export const now = signal(serverNow())
effect(() => {
  if (!following.value || paused.value) return
  now.value = serverNow()
  const timer = setInterval(() => {
    if (!document.hidden) now.value = serverNow()
  }, 1000)
  return () => clearInterval(timer)
})

/** The stretch looked at, moving with the clock when live. */
export const span = computed<Span>(() => spanOf(range.value, following.value ? now.value : 0))

/** Ranges left behind by zooming, to go back through. Survives as long as the page. */
export const past = signal<Range[]>([])
const DEEPEST = 50

/** Looks at another range. `gather` joins a quick series (a wheel) into one step. */
export function look(next: Range, gather = false): void {
  if (JSON.stringify(next) === rangeKey.value) return
  if (!gather) past.value = [...past.value.slice(-DEEPEST), range.value]
  go({ range: next }, gather ? 'replace' : 'push')
}

export function back(): void {
  const last = past.value.at(-1)
  if (!last) return
  past.value = past.value.slice(0, -1)
  go({ range: last })
}
