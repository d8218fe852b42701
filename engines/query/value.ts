import type { Filter } from './ast.ts'
import { type Field, type FieldType, isOrdered } from './fields.ts'
import { canonicalIp } from './ip.ts'
import { type Operator, unescaped } from './lexer.ts'
import { parseDuration, parseNumber, parseSize } from './units.ts'

/** The value does not fit the field. */
export class InvalidValue extends Error {
  override name = 'InvalidValue'
  readonly expected: string[]
  constructor(message: string, expected: string[]) {
    super(message)
    this.expected = expected
  }
}

const EXPECTED: Record<FieldType, string[]> = {
  number: ['a number, like 404', 'a range, like 400..499', '*'],
  duration: ['a duration, like 500ms, 2s or 10us', 'a range, like 1s..5s', '*'],
  bytes: ['a size, like 10KB or 1MiB', 'a range, like 1KB..10KB', '*'],
  ip: ['an address, like 10.2.0.7 or fd00::1', 'a network, like 10.2.0.0/16', 'a pattern, like 10.2.*'],
  keyword: ['a value', '"quoted text"', 'a pattern with *'],
  text: ['a value', '"quoted text"', 'a pattern with *'],
}

const QUANTITY: Partial<Record<FieldType, (text: string) => number | undefined>> = {
  number: parseNumber,
  duration: parseDuration,
  bytes: parseSize,
}

const WILDCARD = /(?<!\\)(?:\\\\)*[*?]/
const STATUS_CLASS = /^([1-9])xx$/i

/** What `field op value` means. Throws `InvalidValue`. */
export function readValue(field: Field, op: Operator, { raw, quoted }: { raw: string; quoted: boolean }): Filter {
  if (op === '!=') return { kind: 'not', of: readValue(field, '=', { raw, quoted }) }
  if (!quoted && op === '=' && raw === '*') return { kind: 'exists', field: field.name }
  if (isOrdered(field.type)) return readQuantity(field, op, raw)
  if (op !== '=') throw new InvalidValue(`${field.name} has no order: it can only be compared with : or !=`, [':', '!='])
  if (!quoted && WILDCARD.test(raw)) return { kind: 'like', field: field.name, pattern: pattern(raw) }
  const text = quoted ? raw : unescaped(raw)
  if (field.type !== 'ip') return { kind: 'compare', field: field.name, op, value: text }
  const address = canonicalIp(text)
  if (address === undefined) throw new InvalidValue(`"${text}" is not an IP address or network`, EXPECTED.ip)
  return { kind: 'compare', field: field.name, op, value: address }
}

function readQuantity(field: Field, op: Operator, raw: string): Filter {
  const compare = (op: '=' | '<' | '<=' | '>' | '>=', value: number): Filter => ({ kind: 'compare', field: field.name, op, value })
  const status = field.name === 'http.response.status_code' ? STATUS_CLASS.exec(raw) : null
  const dots = raw.indexOf('..')
  if (op !== '=') {
    if (status !== null || dots >= 0) throw new InvalidValue(`a range cannot be compared with ${op}`, [':'])
    return compare(op as '<', quantity(field, raw))
  }
  if (status !== null) return { kind: 'and', of: [compare('>=', Number(status[1]) * 100), compare('<', Number(status[1]) * 100 + 100)] }
  if (dots < 0) return compare('=', quantity(field, raw))
  const [from, to] = [raw.slice(0, dots), raw.slice(dots + 2)]
  if (from === '' && to === '') throw new InvalidValue('the range has neither a beginning nor an end', EXPECTED[field.type])
  if (to === '') return compare('>=', quantity(field, from))
  if (from === '') return compare('<=', quantity(field, to))
  const [low, high] = [quantity(field, from), quantity(field, to)]
  if (low > high) throw new InvalidValue(`the range begins behind its end`, [`${to}..${from}`])
  return { kind: 'and', of: [compare('>=', low), compare('<=', high)] }
}

function quantity(field: Field, text: string): number {
  const value = QUANTITY[field.type]!(text)
  if (value !== undefined) return value
  const what = { number: 'a number', duration: 'a duration with its unit', bytes: 'a size' }[field.type as 'number' | 'duration' | 'bytes']
  const status = field.name === 'http.response.status_code' ? ['a class, like 5xx'] : []
  throw new InvalidValue(`"${text}" is not ${what}`, [...EXPECTED[field.type], ...status])
}

/** A backslash stays before what would have a meaning in a pattern, and nowhere else. */
const pattern = (raw: string): string =>
  raw.replace(/\\([\s\S]?)/g, (whole, character: string) => (character === '' ? '\\\\' : '*?\\'.includes(character) ? whole : character))
