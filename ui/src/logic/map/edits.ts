import { withoutGateways } from './gateways.ts'
import type { Graph } from './graph.ts'
import type { Rule } from './group.ts'

export interface Place {
  x: number
  y: number
}

/** What people changed of a map that built itself. Keys are ids of nodes. */
export interface Edits {
  /** Own names. */
  names: Record<string, string>
  notes: Record<string, string>
  /** Addresses put together. */
  rules: Rule[]
  hidden: string[]
  /** Nodes that are passed over: their callers are linked to whom they call. */
  gateways: string[]
  /** Where nodes were put. */
  places: Record<string, Place>
}

export const UNTOUCHED: Edits = { names: {}, notes: {}, rules: [], hidden: [], gateways: [], places: {} }
const MOST = 2000
const LONGEST = 500

/** Edits as they were kept, in a browser or at the server: what is not of their form is left out. */
export function readEdits(kept: unknown): Edits {
  const given = (typeof kept === 'object' && kept !== null ? kept : {}) as Record<string, unknown>
  return {
    names: record(given.names, isText),
    notes: record(given.notes, isText),
    rules: list(given.rules).filter(isRule),
    hidden: list(given.hidden).filter(isText),
    gateways: list(given.gateways).filter(isText),
    places: record(given.places, isPlace),
  }
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= LONGEST
const isPlace = (value: unknown): value is Place =>
  typeof value === 'object' && value !== null && Number.isFinite((value as Place).x) && Number.isFinite((value as Place).y)
const isRule = (value: unknown): value is Rule =>
  typeof value === 'object' && value !== null && isText((value as Rule).pattern) && isText((value as Rule).name)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value.slice(0, MOST) : [])
const record = <T>(value: unknown, fits: (each: unknown) => each is T): Record<string, T> =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(
        Object.entries(value)
          .slice(0, MOST)
          .filter((entry): entry is [string, T] => fits(entry[1])),
      )
    : {}

/** The edits with what was said of an address said of the node that it belongs to by now, unless that has its own. `idOf`: undefined where they are the same. */
export function carriedOver(edits: Edits, idOf: (key: string) => string | undefined): Edits {
  const list = (keys: string[]): string[] => [...new Set(keys.map((key) => idOf(key) ?? key))]
  const record = <T>(of: Record<string, T>): Record<string, T> => ({
    ...Object.fromEntries(Object.entries(of).map(([key, value]) => [idOf(key) ?? key, value])),
    ...Object.fromEntries(Object.entries(of).filter(([key]) => idOf(key) === undefined)),
  })
  const { names, notes, rules, hidden, gateways, places } = edits
  return { rules, names: record(names), notes: record(notes), places: record(places), hidden: list(hidden), gateways: list(gateways) }
}

/** The graph as it was edited: gateways passed over, hidden nodes and their links left out. */
export function edited(graph: Graph, { hidden, gateways }: Pick<Edits, 'hidden' | 'gateways'>): Graph {
  const passed = withoutGateways(graph, gateways)
  const gone = new Set(hidden)
  return {
    nodes: passed.nodes.filter(({ id }) => !gone.has(id)),
    links: passed.links.filter(({ from, to }) => !gone.has(from) && !gone.has(to)),
  }
}

/** The record with a value at a key; an empty text takes the key away. */
export function withValue<T>(of: Record<string, T>, key: string, value: T | undefined | ''): Record<string, T> {
  const { [key]: _, ...others } = of
  return value === undefined || value === '' ? others : { ...others, [key]: value }
}

export const toggled = (of: readonly string[], id: string): string[] => (of.includes(id) ? of.filter((other) => other !== id) : [...of, id])

/** Are they what the map would be by itself, but for places? */
export const changed = (a: Edits, b: Edits): boolean => JSON.stringify(a) !== JSON.stringify(b)
