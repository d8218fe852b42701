import type { estypes } from '@elastic/elasticsearch'
import { fold } from '#engines/query/fold.ts'

/** Regular expression for values that begin with the text, upper and lower case alike, as Lucene writes them. */
export function beginsWith(prefix: string): string {
  return `${[...fold(prefix)].map(alike).join('')}.*`
}

/** Characters that `fold` makes this one of. */
function alike(character: string): string {
  if (!/\p{L}|\p{M}|\p{N}|\p{S}/u.test(character)) return literal(character)
  const all = new Set([character, ...(unfolded().get(character) ?? [])])
  return all.size === 1 ? literal(character) : `(${[...all].map(literal).join('|')})`
}

const literal = (character: string): string => (/[\p{L}\p{N}]/u.test(character) ? character : `\\${character}`)

let known: Map<string, string[]> | undefined

/** What folds to something else, by what it becomes: made once, of all letters in upper or title case. */
function unfolded(): Map<string, string[]> {
  if (known !== undefined) return known
  known = new Map()
  for (let code = 0x41; code < 0x1f000; code++) {
    if (code >= 0xd800 && code < 0xe000) continue
    const character = String.fromCodePoint(code)
    const to = fold(character)
    if (to !== character) known.set(to, [...(known.get(to) ?? []), character])
  }
  return known
}

/** Digits of the longest whole number of a `long`. */
const MOST_DIGITS = 19

/** Whole numbers that begin with the text, as ranges: 5, 50 to 59, 500 to 599 and so on. Undefined when all do. */
export function digitRanges(field: string, prefix: string): estypes.QueryDslQueryContainer | undefined {
  if (prefix === '') return undefined
  const [, sign, digits] = /^(-?)(\d*)$/.exec(prefix) ?? []
  if (digits === undefined) return { match_none: {} }
  if (digits === '') return { range: { [field]: { lt: 0 } } }
  const should: estypes.QueryDslQueryContainer[] = [{ term: { [field]: { value: prefix } } }]
  for (let more = 1; more + digits.length <= MOST_DIGITS && !digits.startsWith('0'); more++) {
    const [low, high] = ['0', '9'].map((digit) => limited(digits + digit.repeat(more)))
    if (low === high) break
    should.push({ range: { [field]: sign === '' ? { gte: low, lte: high } : { gte: `-${high}`, lte: `-${low}` } } })
  }
  return { bool: { should, minimum_should_match: 1 } }
}

const LARGEST = 2n ** 63n - 1n

/** As text, since a double does not hold it. */
const limited = (digits: string): string => String(BigInt(digits) > LARGEST ? LARGEST : BigInt(digits))
