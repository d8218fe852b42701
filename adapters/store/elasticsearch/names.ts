import type { Family } from '#events/documents/families.ts'

export const FAMILIES: readonly Family[] = ['exchanges', 'sessions', 'packets', 'status', 'hosts', 'usage']

export const DAY_MS = 86_400_000

/** Of the index for documents of any time. */
export const REST = 'rest'

/** What all indices of a family are found under: `spider-exchanges`. */
export const aliasOf = (prefix: string, family: Family): string => `${prefix}-${family}`

/** Days since 1970 as indices are named: `2026.11.24`, which Elasticsearch's lifecycle management reads too. */
export const dayName = (day: number): string => new Date(day * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '.')

/** The day of an index or alias, in days since 1970; undefined when its name ends with none. */
export function dayOf(name: string): number | undefined {
  const match = /-(\d{4})\.(\d\d)\.(\d\d)$/.exec(name)
  return match === null ? undefined : Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3])) / DAY_MS
}
