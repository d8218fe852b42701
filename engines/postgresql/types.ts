import { u32be } from '../bytes/numbers.ts'
import { utf8 } from '../bytes/text.ts'

/** OIDs of built-in types (pg_type.dat), by what their binary form is. */
const BOOL = 16
const BYTEA = 17
const CHAR = 18
const NAME = 19
const INT8 = 20
const INT2 = 21
const INT4 = 23
const TEXT = 25
const OID = 26
const JSON_TEXT = 114
const XML = 142
const FLOAT4 = 700
const FLOAT8 = 701
const UNKNOWN = 705
const BPCHAR = 1042
const VARCHAR = 1043
const DATE = 1082
const TIME = 1083
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184
const NUMERIC = 1700
const UUID = 2950
const JSONB = 3802

const NUMBERS: ReadonlySet<number> = new Set([INT8, INT2, INT4, OID, FLOAT4, FLOAT8])
const JSON_NUMBER = /^-?(0|[1-9]\d{0,14})(\.\d{1,17})?([eE][+-]?\d{1,3})?$/
/** Whole bytes of one value that are shown in hexadecimal. */
const MOST_HEX = 1024

/** A value as text; of one in binary form, by its type, else in hexadecimal. */
export const shownValue = (bytes: Uint8Array, from: number, to: number, binary: boolean, type: number): string =>
  binary ? (decoded(bytes, from, to, type) ?? hex(bytes, from, to)) : utf8(bytes, from, to)

/** A value as JSON: numbers and truth values as such where JSON holds them exactly. */
export const jsonOf = (bytes: Uint8Array, from: number, to: number, binary: boolean, type: number): string => {
  const text = shownValue(bytes, from, to, binary, type)
  if (NUMBERS.has(type) && JSON_NUMBER.test(text)) return text
  if (type === BOOL && (text === 't' || text === 'f')) return text === 't' ? 'true' : 'false'
  return JSON.stringify(text)
}

/** Undefined: the type is not known, or the bytes are not of it. */
const decoded = (bytes: Uint8Array, from: number, to: number, type: number): string | undefined => {
  const length = to - from
  switch (type) {
    case TEXT:
    case VARCHAR:
    case BPCHAR:
    case NAME:
    case CHAR:
    case UNKNOWN:
    case JSON_TEXT:
    case XML:
      return utf8(bytes, from, to)
    case JSONB:
      return length > 0 && bytes[from] === 1 ? utf8(bytes, from + 1, to) : undefined
    case BYTEA:
      return hex(bytes, from, to)
    case BOOL:
      return length === 1 ? (bytes[from] === 0 ? 'f' : 't') : undefined
    case INT2:
      return length === 2 ? String(((bytes[from] << 24) >> 16) | bytes[from + 1]) : undefined
    case INT4:
      return length === 4 ? String(u32be(bytes, from) | 0) : undefined
    case OID:
      return length === 4 ? String(u32be(bytes, from)) : undefined
    case INT8:
      return length === 8 ? int64(bytes, from).toString() : undefined
    case FLOAT4:
    case FLOAT8:
      return float(bytes, from, length, type === FLOAT4 ? 4 : 8)
    case UUID:
      return length === 16 ? uuid(bytes, from) : undefined
    case DATE:
      return length === 4 ? dateText((u32be(bytes, from) | 0) + EPOCH_DAYS) : undefined
    case TIME:
      return length === 8 ? timeText(Number(int64(bytes, from))) : undefined
    case TIMESTAMP:
    case TIMESTAMPTZ:
      return length === 8 ? timestamp(Number(int64(bytes, from)), type === TIMESTAMPTZ) : undefined
    case NUMERIC:
      return numeric(bytes, from, to)
    default:
      return undefined
  }
}

const hex = (bytes: Uint8Array, from: number, to: number): string => {
  let text = '\\x'
  for (let at = from; at < Math.min(to, from + MOST_HEX); at++) text += bytes[at].toString(16).padStart(2, '0')
  return to - from > MOST_HEX ? `${text}…` : text
}

const int64 = (bytes: Uint8Array, at: number): bigint => (BigInt(u32be(bytes, at) | 0) << 32n) | BigInt(u32be(bytes, at + 4))

const float = (bytes: Uint8Array, at: number, length: number, size: 4 | 8): string | undefined => {
  if (length !== size) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, size)
  return size === 8 ? String(view.getFloat64(0)) : String(Number(view.getFloat32(0).toPrecision(7)))
}

const uuid = (bytes: Uint8Array, at: number): string =>
  hex(bytes, at, at + 16)
    .slice(2)
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

/** Days from 1970 to 2000, where PostgreSQL begins to count. */
const EPOCH_DAYS = 10_957
const DAY = 86_400_000_000

/** Gregorian date of a day since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms"). */
const dateText = (days: number): string => {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  const text = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}-${two(month)}-${two(day)}`
  return year > 0 ? text : `${text} BC`
}

const two = (number: number): string => String(number).padStart(2, '0')

const timeText = (time: number): string => {
  const seconds = Math.floor(time / 1e6)
  const fraction = time % 1e6
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`
}

const timestamp = (time: number, zone: boolean): string => {
  if (Math.abs(time) > 9e18) return time > 0 ? 'infinity' : '-infinity'
  const days = Math.floor(time / DAY)
  return `${dateText(days + EPOCH_DAYS)} ${timeText(time - days * DAY)}${zone ? '+00' : ''}`
}

/** Groups of four decimal digits, with the weight of the first, a sign and a number of decimals (numeric_send). */
const numeric = (bytes: Uint8Array, from: number, to: number): string | undefined => {
  const word = (index: number) => (bytes[from + 2 * index] << 8) | bytes[from + 2 * index + 1]
  if (to - from < 8 || to - from !== 8 + 2 * word(0)) return undefined
  const [count, weight, sign, scale] = [word(0), (word(1) << 16) >> 16, word(2), word(3)]
  if (sign === 0xc000) return 'NaN'
  if (sign === 0xd000 || sign === 0xf000) return sign === 0xd000 ? 'Infinity' : '-Infinity'
  if (Math.abs(weight) > 256 || scale > 1024) return undefined
  const group = (index: number) => (index >= 0 && index < count ? word(4 + index) : 0)
  let whole = ''
  for (let i = 0; i <= weight; i++) whole += i === 0 ? String(group(0)) : String(group(i)).padStart(4, '0')
  let decimals = ''
  for (let i = weight + 1; decimals.length < scale; i++) decimals += String(group(i)).padStart(4, '0')
  return `${sign === 0x4000 ? '-' : ''}${whole || '0'}${scale > 0 ? `.${decimals.slice(0, scale)}` : ''}`
}
