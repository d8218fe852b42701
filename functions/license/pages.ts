import type { Hours } from '#engines/license/hours.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'

/** Hours that lie in one checkpoint. */
const PAGE = 24 * 32

type SavedHours = [hour: number, parts: Record<string, number>][]

/** The number of the page that an hour lies in. */
export const pageOf = (hour: number): number => Math.floor(hour / PAGE)

/** The hours of a page; null when there are none. */
export function savePage(hours: Hours, page: number): Uint8Array | null {
  const saved = [...hours]
    .filter(([hour]) => pageOf(hour) === page)
    .map(([hour, parts]): SavedHours[number] => [hour, Object.fromEntries(parts)])
  return saved.length === 0 ? null : encodeJson(saved)
}

/** Puts back the hours of a page. */
export function loadPage(hours: Hours, bytes: Uint8Array): void {
  for (const [hour, parts] of decodeJson<SavedHours>(bytes)) hours.set(hour, new Map(Object.entries(parts)))
}
