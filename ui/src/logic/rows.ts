import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** The calls the grid knows, newest first, and those that came while the reader was elsewhere. */
export interface Rows {
  items: ExchangeDocument[]
  /** Newer calls, kept back so that what is being read stays where it is. Newest first. */
  waiting: ExchangeDocument[]
  /** Newer calls that were never sent or are not kept, there being too many. */
  skipped: number
  /** Whether calls between the items were never sent: the list is whole once it is read again. */
  holes: boolean
}

export const NO_ROWS: Rows = { items: [], waiting: [], skipped: 0, holes: false }

/** Kept in memory while calls pour in; what is older is read again when somebody scrolls there. */
export const MOST_LIVE = 2000

const newestFirst = (a: ExchangeDocument, b: ExchangeDocument): number =>
  a['@timestamp'] < b['@timestamp']
    ? 1
    : a['@timestamp'] > b['@timestamp']
      ? -1
      : a.event.id < b.event.id
        ? 1
        : a.event.id > b.event.id
          ? -1
          : 0

/** Both lists as one, newest first; of a call that is in both (its answer came meanwhile), the one from `fresh`. */
export function merge(items: ExchangeDocument[], fresh: ExchangeDocument[]): ExchangeDocument[] {
  const ids = new Set(fresh.map(({ event }) => event.id))
  const kept = items.filter(({ event }) => !ids.has(event.id))
  const seen = new Set<string>()
  const added = fresh
    .toReversed()
    .filter(({ event }) => !seen.has(event.id) && seen.add(event.id))
    .sort(newestFirst)
  const merged: ExchangeDocument[] = []
  let i = 0
  for (const call of added) {
    while (i < kept.length && newestFirst(kept[i], call) < 0) merged.push(kept[i++])
    merged.push(call)
  }
  return merged.concat(kept.slice(i))
}

/** Live calls arrive. A known call is replaced where it stands; new ones are let in when `following`, else they wait. */
export function arrive(rows: Rows, fresh: ExchangeDocument[], following: boolean): Rows {
  if (following) return { ...rows, items: merge(rows.items, [...rows.waiting, ...fresh]).slice(0, MOST_LIVE), waiting: [] }
  const known = new Map(rows.items.map(({ event }, at) => [event.id, at]))
  const items = rows.items.slice()
  const others: ExchangeDocument[] = []
  for (const call of fresh) {
    const at = known.get(call.event.id)
    if (at === undefined) others.push(call)
    else items[at] = call
  }
  const waiting = merge(rows.waiting, others)
  const gone = Math.max(waiting.length - MOST_LIVE, 0)
  return { ...rows, items, waiting: waiting.slice(0, MOST_LIVE), skipped: rows.skipped + gone }
}

/** Live calls arrive, and so many that were not sent. */
export function flood(rows: Rows, fresh: ExchangeDocument[], skipped: number, following: boolean): Rows {
  const after = arrive(rows, fresh, following)
  if (skipped === 0) return after
  return following ? { ...after, holes: true } : { ...after, skipped: after.skipped + skipped }
}

/** Lets in what waited. */
export const letIn = (rows: Rows): Rows => arrive(rows, [], true)

/** The page below, in the order in which the store sorted it. */
export function append(items: ExchangeDocument[], below: ExchangeDocument[]): ExchangeDocument[] {
  const known = new Set(items.map(({ event }) => event.id))
  return items.concat(below.filter(({ event }) => !known.has(event.id)))
}

/** Live calls arrive in a list that the store sorted: known ones are replaced, of others only the store knows the place. */
export function apart(rows: Rows, fresh: ExchangeDocument[], skipped: number): Rows {
  const { waiting, ...after } = arrive({ ...rows, waiting: [] }, fresh, false)
  return { ...after, waiting: [], skipped: after.skipped + skipped + waiting.length }
}
