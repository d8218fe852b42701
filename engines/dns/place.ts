const MOST_BYTES = 1024

/** Where a record's data lie: `at`..`to` in the message that begins at `start`. */
export interface Place {
  readonly bytes: Uint8Array
  readonly start: number
  readonly at: number
  readonly to: number
}

/** At most 2048 hex digits. */
export const hex = (bytes: Uint8Array, at: number, to: number): string => {
  let text = ''
  for (let i = at; i < Math.min(to, at + MOST_BYTES); i++) text += bytes[i].toString(16).padStart(2, '0')
  return text
}

/** Data of a type that is not known (RFC 3597 section 5). */
export const hexText = ({ bytes, at, to }: Pick<Place, 'bytes' | 'at' | 'to'>): string =>
  to === at ? '\\# 0' : `\\# ${to - at} ${hex(bytes, at, to)}`
