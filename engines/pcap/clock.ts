import { type Micros, micros } from '../time.ts'

const WORD = 2 ** 32

/** Makes microseconds since 1970 of a 64-bit time stamp in two halves; finer times are rounded down. */
export type Clock = (high: number, low: number) => Micros

/** The unit of most captures. */
export const microseconds: Clock = (high, low) => micros(high * WORD + low)

/**
 * The clock of an interface.
 * @param resolution if_tsresol: 10 to its negative power of a second, or 2 when the highest bit is set
 * @param offset if_tsoffset: seconds to be added
 */
export const clockOf = (resolution: number, offset: number): Clock => {
  const exponent = resolution & 0x7f
  const count = resolution & 0x80 ? binary(exponent) : exponent === 6 ? microseconds : decimal(exponent)
  return offset === 0 ? count : (high, low) => micros(count(high, low) + offset * 1e6)
}

/** Exact up to picoseconds: a time in nanoseconds has more digits than a double, so each half is divided on its own. */
const decimal = (exponent: number): Clock => {
  if (exponent < 6) return (high, low) => micros((high * WORD + low) * 10 ** (6 - exponent))
  const divisor = 10 ** (exponent - 6)
  const quotient = Math.floor(WORD / divisor)
  const rest = WORD % divisor
  return (high, low) => micros(high * quotient + Math.floor((high * rest + low) / divisor))
}

const binary = (exponent: number): Clock => {
  const unit = 2 ** exponent
  const wordsPerSecond = unit / WORD
  return (high, low) => {
    const seconds = Math.floor((high + low / WORD) / wordsPerSecond)
    const fraction = ((high % wordsPerSecond) * WORD + low) % unit
    return micros(seconds * 1e6 + Math.floor((fraction / unit) * 1e6))
  }
}
