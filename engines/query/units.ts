interface Unit {
  name: string
  factor: number
}

/** In ns, smallest first. */
const DURATIONS: readonly Unit[] = [
  { name: 'ns', factor: 1 },
  { name: 'us', factor: 1e3 },
  { name: 'ms', factor: 1e6 },
  { name: 's', factor: 1e9 },
  { name: 'm', factor: 60e9 },
  { name: 'h', factor: 3600e9 },
]

/** In bytes: decimal and (IEC 80000-13) binary multiples. */
const SIZES: readonly Unit[] = [
  { name: 'B', factor: 1 },
  { name: 'KB', factor: 1e3 },
  { name: 'MB', factor: 1e6 },
  { name: 'GB', factor: 1e9 },
  { name: 'KiB', factor: 1024 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'GiB', factor: 1024 ** 3 },
]

const QUANTITY = /^(-?\d+(?:\.\d+)?)([a-zµ]*)$/i

/** `500ms` as ns. Undefined when it is none; 0 needs no unit. */
export const parseDuration = (text: string): number | undefined => parse(text.replace(/µs$/, 'us'), DURATIONS, undefined)

/** `10KB` as bytes; a bare number is bytes. Undefined when it is none. */
export const parseSize = (text: string): number | undefined => parse(text, SIZES, 1)

/** A plain decimal number. Undefined when it is none. */
export const parseNumber = (text: string): number | undefined => parse(text, [], 1)

/** The shortest text that `parseDuration` reads back as the same number. */
export const formatDuration = (ns: number): string => (ns === 0 ? '0' : format(ns, DURATIONS))

/** The shortest text that `parseSize` reads back as the same number. */
export const formatSize = (bytes: number): string => (Math.abs(bytes) < 1000 ? decimal(bytes) : format(bytes, SIZES.slice(0, 4)))

function parse(text: string, units: readonly Unit[], plain: number | undefined): number | undefined {
  const match = QUANTITY.exec(text)
  if (match === null) return undefined
  const number = Number(match[1])
  const factor =
    match[2] === '' ? (number === 0 ? 1 : plain) : units.find(({ name }) => name.toLowerCase() === match[2].toLowerCase())?.factor
  if (factor === undefined || !Number.isFinite(number * factor)) return undefined
  return number * factor + 0 // no negative zero
}

function format(value: number, units: readonly Unit[]): string {
  for (const { name, factor } of units.toReversed())
    if (Math.abs(value) >= factor && Number.isSafeInteger(value / factor)) return `${value / factor}${name}`
  return `${decimal(value)}${units[0].name}`
}

/** Without an exponent. */
function decimal(value: number): string {
  const text = String(value)
  if (!text.includes('e')) return text
  return Math.abs(value) >= 1 ? BigInt(value).toString() : value.toFixed(20).replace(/0+$/, '')
}
