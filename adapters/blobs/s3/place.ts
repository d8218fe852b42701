import type { BlobKind, BlobReference } from '../port.ts'

/** One blob: an object of its own. All of it is in the object's key, so a reference with another letter leads to nothing. */
export interface Place {
  kind: BlobKind
  /** Hours since 1970 of the time the bytes speak of. */
  hour: number
  /** 16 hexadecimal digits, by chance. */
  name: string
  length: number
  /** CRC-32 of the bytes. */
  crc: number
}

export const HOUR = 3_600_000
const LETTERS: Record<BlobKind, string> = { packets: 'p', bodies: 'b', claims: 'c' }
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as BlobKind]))
const FORM = /^([pbc])(0|[1-9]\d{0,8})\.([0-9a-f]{16})\.(0|[1-9a-z][0-9a-z]{0,5})\.([0-9a-f]{8})$/

export const hourOf = (at: number): number => Math.min(Math.max(Math.floor(at / HOUR) || 0, 0), 999_999_999)

const nameOf = ({ name, length, crc }: Place): string => `${name}.${length.toString(36)}.${crc.toString(16).padStart(8, '0')}`

export const toReference = (place: Place): BlobReference => `${LETTERS[place.kind]}${place.hour}.${nameOf(place)}` as BlobReference

/** Undefined when it is none of ours. */
export function parseReference(reference: string): Place | undefined {
  const [, letter, hour, name, length, crc] = FORM.exec(reference) ?? []
  const kind = KINDS.get(letter)
  return kind && { kind, hour: Number(hour), name, length: Number.parseInt(length, 36), crc: Number.parseInt(crc, 16) }
}

/** Keys of one kind are in the order of their hours, so that those to be dropped are listed first. */
export const keyOf = (place: Place): string => `${place.kind}/${String(place.hour).padStart(9, '0')}/${nameOf(place)}`

/** Hour of a key (without the prefix); undefined for what somebody else put there. */
export function hourOfKey(key: string): number | undefined {
  const hour = /^\w+\/(\d{9})\/[0-9a-f]{16}\.[0-9a-z]+\.[0-9a-f]{8}$/.exec(key)?.[1]
  return hour === undefined ? undefined : Number(hour)
}
