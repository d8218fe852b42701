import { FAILED, filterOf, findDimension } from '#engines/query/dimensions.ts'
import type { Group, Groups } from './groups.ts'
import type { Range, Span } from './range.ts'
import { refine } from './refine.ts'

/** What makes an error the same as one before. */
const SAME = ['event.action', 'url.path', 'server.address', 'http.response.status_code'] as const
const MOST = 2000
/** So often the stretch before a live range is another, ms. */
const MOVES = 10_000

/** The stretch before, of the same length. Of what is live it moves in steps, so that it need not be asked for all the time. */
export function before(range: Range, { from, to }: Span): Span {
  const end = range.kind === 'live' ? Math.floor(from / MOVES) * MOVES : from
  return { from: end - (to - from), to: end }
}

/** The question for the kinds of errors among the calls of a filter. */
export const errorKinds = (q: string) => ({ by: SAME.join(), q: refine(q, FAILED), metrics: 'first', most: MOST })

/** The kinds of errors that there were none of before, the most frequent first. */
export function newErrors(now: Pick<Groups, 'groups'>, earlier: Pick<Groups, 'groups'>): Group[] {
  const known = new Set(earlier.groups.map(({ key }) => JSON.stringify(key)))
  return now.groups.filter(({ key }) => !known.has(JSON.stringify(key)))
}

/** The calls of a kind, without those that did not fail. */
export const termOfKind = ({ key }: Group) => ({
  kind: 'and' as const,
  of: [...SAME.flatMap((name, i) => (key[i] === null ? [] : [filterOf(findDimension(name)!, key[i])])), FAILED],
})

/** The kind in a line: `POST /orders at orders 503`. */
export const kindInWords = ({ key: [action, path, server, status] }: Group): string =>
  [action ?? 'call', path, server === null ? undefined : `at ${server}`, status ?? 'failed']
    .filter((part) => part !== null && part !== undefined)
    .join(' ')
