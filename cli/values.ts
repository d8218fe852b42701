import { InvalidArgumentError } from 'commander'

/** A port. Throws `InvalidArgumentError`. */
export function port(text: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number >= 0 && number <= 65_535) return number
  throw new InvalidArgumentError('A port is a whole number from 0 to 65535.')
}

/** A length of time in hours. Throws `InvalidArgumentError`. */
export function hours(text: string): number {
  const number = Number(text)
  if (number > 0) return number
  throw new InvalidArgumentError('Give a number of hours above 0.')
}
