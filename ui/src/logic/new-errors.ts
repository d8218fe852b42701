import { templateOf } from '#engines/http/template.ts'
import type { Filter } from '#engines/query/ast.ts'
import { FAILED, filterOf, findDimension } from '#engines/query/dimensions.ts'
import type { Group, Groups } from '#events/documents/groups.ts'
import type { Range, Span } from './range.ts'
import { equals, refine } from './refine.ts'

/** What makes an error the same as one before. */
const SAME = ['event.action', 'url.path', 'server.address', 'http.response.status_code'] as const
const MOST = 2000
/** Named one by one in a filter. */
const MOST_PATHS = 5
/** So often the stretch before a live range is another, ms. */
const MOVES = 10_000

/** The stretch before, of the same length. Of what is live it moves in steps, so that it need not be asked for all the time. */
export function before(range: Range, { from, to }: Span): Span {
  const end = range.kind === 'live' ? Math.floor(from / MOVES) * MOVES : from
  return { from: end - (to - from), to: end }
}

/** The question for the kinds of errors among the calls of a filter. */
export const errorKinds = (q: string) => ({ by: SAME.join(), q: refine(q, FAILED), metrics: 'first', most: MOST })

/** A kind of error: paths that differ in their ids alone are one. */
export interface ErrorKind {
  /** As `SAME` has it, with the template of the path. */
  key: Group['key']
  count: number
  /** The paths that it stands for, sorted; none: its calls have no path. */
  paths: string[]
}

/** The kinds of errors that there were none of before, the most frequent first. */
export function newErrors(now: Pick<Groups, 'groups'>, earlier: Pick<Groups, 'groups'>): ErrorKind[] {
  const known = kindsOf(earlier.groups)
  const fresh = [...kindsOf(now.groups)].filter(([name]) => !known.has(name)).map(([, kind]) => kind)
  return fresh.map((kind) => ({ ...kind, paths: kind.paths.sort() })).sort((a, b) => b.count - a.count)
}

function kindsOf(groups: readonly Group[]): Map<string, ErrorKind> {
  const kinds = new Map<string, ErrorKind>()
  for (const { key, count } of groups) {
    const [action, path, ...rest] = key
    const folded = [action, path === null ? null : templateOf(String(path)), ...rest]
    const name = JSON.stringify(folded)
    const kind = kinds.get(name) ?? { key: folded, count: 0, paths: [] }
    kind.count += count
    if (path !== null) kind.paths.push(String(path))
    kinds.set(name, kind)
  }
  return kinds
}

/** The calls of a kind, without those that did not fail. Of many paths, those of their form. */
export function termOfKind({ key, paths }: ErrorKind): Filter {
  const path: Filter[] =
    paths.length > MOST_PATHS
      ? [
          {
            kind: 'like',
            field: 'url.path',
            pattern: String(key[1])
              .replace(/[*?\\]/g, '\\$&')
              .replace(/\{\w+\}/g, '*'),
          },
        ]
      : paths.length > 0
        ? [anyOf(paths.map((value) => equals('url.path', value)))]
        : []
  const others = SAME.flatMap((name, i) => (key[i] === null || name === 'url.path' ? [] : [filterOf(findDimension(name)!, key[i])]))
  return { kind: 'and', of: [...others, ...path, FAILED] }
}

const anyOf = (of: Filter[]): Filter => (of.length === 1 ? of[0] : { kind: 'or', of })

/** The kind in a line: `POST /orders/{id} at orders 503`. */
export const kindInWords = ({ key: [action, path, server, status] }: Pick<ErrorKind, 'key'>): string =>
  [action ?? 'call', path, server === null ? undefined : `at ${server}`, status ?? 'failed']
    .filter((part) => part !== null && part !== undefined)
    .join(' ')
