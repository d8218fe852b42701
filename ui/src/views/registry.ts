import type { ComponentType } from 'preact'

/** A view of the calls that are looked at. It takes no properties: what is looked at stands in `state/place.ts`, and `state/answer.ts` asks the server. */
export interface View {
  /** In the URL, and before the dot of its own parameters there. */
  name: string
  title: string
  /** Loads it when it is opened first. */
  load(): Promise<ComponentType>
}

/** Above the timeline; the first is shown unless the link says otherwise. */
export const UPPER: readonly View[] = [
  { name: 'dashboard', title: 'Dashboard', load: () => import('./dashboard/Dashboard.tsx').then(({ Dashboard }) => Dashboard) },
  { name: 'map', title: 'Map', load: () => import('./map/Map.tsx').then(({ MapView }) => MapView) },
]

/** Below the timeline. */
export const LOWER: readonly View[] = [
  { name: 'grid', title: 'Calls', load: () => import('./grid/Calls.tsx').then(({ Calls }) => Calls) },
  { name: 'sequence', title: 'Sequence', load: () => import('./sequence/Sequence.tsx').then(({ Sequence }) => Sequence) },
  { name: 'waterfall', title: 'Waterfall', load: () => import('./waterfall/Waterfall.tsx').then(({ Waterfall }) => Waterfall) },
  { name: 'statistics', title: 'Statistics', load: () => import('./statistics/Statistics.tsx').then(({ Statistics }) => Statistics) },
  { name: 'network', title: 'Network', load: () => import('./network/Network.tsx').then(({ Network }) => Network) },
]

/** Beside the lower panel. */
export const FACETS: View = { name: 'facets', title: 'Facets', load: () => import('./facets/Facets.tsx').then(({ Facets }) => Facets) }

/** Captures on the server's own machine. */
export const localCaptures = () => import('./captures/LocalCaptures.tsx').then(({ LocalCaptures }) => LocalCaptures)

/** What a panel shows when it is folded. */
export const FOLDED = 'none'

/** The view of a panel by the name in the URL; undefined when it is folded, or there is none. */
export const chosen = (views: readonly View[], name: string | undefined): View | undefined =>
  name === FOLDED ? undefined : (views.find((view) => view.name === name) ?? views[0])
