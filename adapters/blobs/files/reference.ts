import type { BlobKind, BlobReference } from '../port.ts'

/** Where a blob lies, and its CRC-32, by which a reference to other bytes is known. */
export interface Place {
  kind: BlobKind
  /** Hours since 1970 of the time the bytes speak of. */
  hour: number
  /** Name of the segment among those of its hour; never used twice. */
  segment: string
  offset: number
  length: number
  crc: number
}

const LETTERS: Record<BlobKind, string> = { packets: 'p', bodies: 'b', claims: 'c' }
const KINDS = new Map(Object.entries(LETTERS).map(([kind, letter]) => [letter, kind as BlobKind]))
const FORM = /^([pbc])(\d{1,9})\.([0-9a-f]{16})\.([0-9a-z]{1,10})\.([0-9a-z]{1,6})\.([0-9a-f]{8})$/

export const toReference = ({ kind, hour, segment, offset, length, crc }: Place): BlobReference =>
  `${LETTERS[kind]}${hour}.${segment}.${offset.toString(36)}.${length.toString(36)}.${crc.toString(16).padStart(8, '0')}` as BlobReference

/** Undefined when it is none of ours. What passes holds no path. */
export function parseReference(reference: string): Place | undefined {
  const [, letter, hour, segment, offset, length, crc] = FORM.exec(reference) ?? []
  const kind = KINDS.get(letter)
  if (!kind) return undefined
  const place = {
    kind,
    hour: Number(hour),
    segment,
    offset: Number.parseInt(offset, 36),
    length: Number.parseInt(length, 36),
    crc: Number.parseInt(crc, 16),
  }
  return Number.isSafeInteger(place.offset) ? place : undefined
}
