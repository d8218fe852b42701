import { filterOf, findDimension } from '#engines/query/dimensions.ts'
import { USER_FIELDS } from '#engines/query/fields.ts'
import type { Group, Groups } from '#events/documents/groups.ts'

/** A field whose values are counted. */
export interface Facet {
  /** As `/aggregate` and filters name it. */
  name: string
  title: string
}

const facet = (name: string, title: string): Facet => ({ name, title })

/** Those that are always offered, in the order in which one looks for a fault. */
const USUAL: readonly Facet[] = [
  facet('status_class', 'Status'),
  facet('event.outcome', 'Outcome'),
  facet('network.protocol', 'Protocol'),
  facet('server.address', 'Server'),
  facet('client.address', 'Client'),
  facet('url.domain', 'Host'),
  facet('http.request.method', 'Method'),
  facet('event.action', 'Action'),
  facet('url.path', 'Path'),
  facet('tls.version', 'TLS version'),
  facet('spider.tls.decryption', 'Decryption'),
  facet('spider.status', 'Capture'),
  facet('spider.findings', 'Findings'),
  facet('spider.agents', 'Agent'),
]
const USUALLY_OPEN: readonly string[] = ['status_class', 'server.address', 'network.protocol']

/** The names of the open facets, as a link tells them: none told is the usual ones, a dash none. Unknown ones are left out. */
export const openFacets = (told: string | undefined): readonly string[] =>
  told === undefined ? USUALLY_OPEN : told.split(',').filter((name) => findDimension(name)?.name === name)

export const tellFacets = (names: readonly string[]): string | undefined =>
  names.join() === USUALLY_OPEN.join() ? undefined : names.join() || '-'

/** The facets to show: the usual ones, then others that are open. */
export const facetsOf = (open: readonly string[]): readonly Facet[] => [
  ...USUAL,
  ...open.filter((name) => !USUAL.some((usual) => usual.name === name)).map((name) => facet(name, name)),
]

/** Other fields of calls that have values to count, not quantities. */
export const OTHER_FACETS: readonly Facet[] = USER_FIELDS.filter(
  ({ name, type, of }) =>
    of.includes('exchanges') && type !== 'duration' && type !== 'bytes' && !USUAL.some((usual) => usual.name === name),
).map(({ name, aliases }) => facet(name, aliases[0] ?? name))

/** A value of a facet. Shares are of the most frequent one, so that bars can be compared. */
export interface FacetValue {
  key: string | number | null
  text: string
  count: number
  errors: number
  share: number
  errorShare: number
}

/** The values of an answer. That all calls lack the field is no value worth a line: then there are none. */
export function valuesOf({ groups }: Pick<Groups, 'groups'>): FacetValue[] {
  if (groups.every(({ key }) => key[0] === null)) return []
  const most = Math.max(...groups.map(({ count }) => count))
  return groups.map(({ key: [key], count, errors = 0 }: Group) => ({
    key,
    text: key === null ? 'none' : key === '' ? 'empty' : String(key),
    count,
    errors,
    share: count / most,
    errorShare: errors / most,
  }))
}

/** The calls that have the value. */
export const termOfValue = (name: string, key: FacetValue['key']) => filterOf(findDimension(name)!, key)
