import { computed, signal } from '@preact/signals'
import { carriedOver, type Edits, type Place, readEdits, UNTOUCHED } from '../../logic/map/edits.ts'
import { GROUPINGS, type Grouping, groupOf } from '../../logic/map/group.ts'
import { hostNames } from '../../state/host-names.ts'
import { ofView } from '../../state/place.ts'
import { saved } from './saved.ts'

const EDITS = 'spider.map.edits'
const PLACES = 'spider.map.places'
const MOST_PLACES = 2000

function kept(key: string): Record<string, unknown> {
  try {
    return (JSON.parse(localStorage.getItem(key) ?? '{}') ?? {}) as Record<string, unknown>
  } catch {
    // Another version's, or a damaged one: what people saved lies at the server.
    return {}
  }
}

/** Id of the saved map that is shown; empty: the map that nobody saved. */
export const mapId = computed(() => ofView('map.saved') ?? '')
export const grouping = computed<Grouping>(() => GROUPINGS.find((name) => name === ofView('map.group')) ?? 'host')
export const hidesGateways = computed(() => ofView('map.gateways') === 'hidden')

/** Changes that were not saved, by map: they stay in this browser. */
const drafts = signal<Record<string, Edits>>(Object.fromEntries(Object.entries(kept(EDITS)).map(([id, edits]) => [id, readEdits(edits)])))

/** The node of an address whose name became known. */
const renamed = (key: string): string | undefined =>
  hostNames.value.has(key) ? groupOf(key, grouping.value, [], hostNames.value) : undefined

/** The changes of the map that is shown. */
export const edits = computed<Edits>(() =>
  carriedOver(drafts.value[mapId.value] ?? saved.value.get(mapId.value)?.edits ?? UNTOUCHED, renamed),
)
/** Whether there are some that were not saved. */
export const unsaved = computed(() => drafts.value[mapId.value] !== undefined)

export function edit(change: Partial<Edits>): void {
  drafts.value = { ...drafts.value, [mapId.value]: { ...edits.value, ...change } }
  localStorage.setItem(EDITS, JSON.stringify(drafts.value))
}

/** Gives up what was not saved. */
export function forget(id = mapId.value): void {
  const { [id]: _, ...others } = drafts.value
  drafts.value = others
  localStorage.setItem(EDITS, JSON.stringify(others))
}

const placesKey = (): string => `${mapId.value}/${grouping.value}`

/** Where nodes lie by themselves, so that a reload finds them there. */
export const placesBefore = (): Record<string, Place> => carriedOver(readEdits({ places: kept(PLACES)[placesKey()] }), renamed).places

export function keepPlaces(places: Iterable<[string, Place]>): void {
  const all = kept(PLACES)
  const before = placesBefore()
  const merged = Object.entries({ ...before, ...Object.fromEntries(places) }).slice(-MOST_PLACES)
  localStorage.setItem(PLACES, JSON.stringify({ ...all, [placesKey()]: Object.fromEntries(merged) }))
}

/** Lets the map arrange itself anew. */
export function forgetPlaces(): void {
  const { [placesKey()]: _, ...others } = kept(PLACES)
  localStorage.setItem(PLACES, JSON.stringify(others))
  edit({ places: {} })
}
