import { randomBytes } from 'node:crypto'

/** One start of one agent: its lanes and their sequences belong to it alone. */
export interface Identity {
  id: string
  name: string
  version: string
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567'

/** @param name of letters, digits, `.`, `_`, `-`. */
export const newIdentity = (name: string, version: string): Identity => {
  const suffix = Array.from(randomBytes(6), (byte) => LETTERS[byte & 31]).join('')
  return { id: `${name}.${suffix}`, name, version }
}
