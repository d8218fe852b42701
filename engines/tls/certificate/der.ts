/** One value in DER (X.690): its tag, and where its header and its content lie. */
export interface Element {
  tag: number
  /** Of the header. */
  from: number
  start: number
  end: number
}

export const BOOLEAN = 0x01
export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const OID = 0x06
export const SEQUENCE = 0x30
export const SET = 0x31
/** A context-specific tag, as it is with a value inside or with primitive content. */
export const constructed = (number: number): number => 0xa0 | number
export const primitive = (number: number): number => 0x80 | number

/** The value at `at`, which ends before `end`; undefined when there is none, or it is not DER: lengths are definite and of at most four bytes. */
export const elementAt = (bytes: Uint8Array, at: number, end: number): Element | undefined => {
  if (at + 2 > end || (bytes[at] & 0x1f) === 0x1f) return undefined
  let length = bytes[at + 1]
  let start = at + 2
  if (length >= 0x80) {
    const size = length & 0x7f
    if (size === 0 || size > 4 || start + size > end) return undefined
    length = 0
    for (let i = 0; i < size; i++) length = length * 256 + bytes[start + i]
    start += size
  }
  return start + length > end ? undefined : { tag: bytes[at], from: at, start, end: start + length }
}

/** Reads the values in one region, front to back. What is wrong is kept where the region's root keeps it, and then nothing more is read. */
export class Der {
  readonly bytes: Uint8Array
  at: number
  private readonly end: number
  private readonly trouble: { at: number | undefined }

  constructor(bytes: Uint8Array, start: number, end: number, trouble: { at: number | undefined } = { at: undefined }) {
    this.bytes = bytes
    this.at = start
    this.end = end
    this.trouble = trouble
  }

  /** Offset of what is first wrong. */
  get malformedAt(): number | undefined {
    return this.trouble.at
  }

  get more(): boolean {
    return this.at < this.end && this.trouble.at === undefined
  }

  /** The next value, of this tag if one is told; anything else is wrong. */
  next(tag?: number): Element {
    const { bytes, at, end, trouble } = this
    const found = trouble.at === undefined ? elementAt(bytes, at, end) : undefined
    if (found === undefined || (tag !== undefined && found.tag !== tag)) {
      trouble.at ??= at
      return { tag: 0, from: end, start: end, end }
    }
    this.at = found.end
    return found
  }

  /** The next value, if it has this tag. */
  optional(tag: number): Element | undefined {
    return this.more && this.bytes[this.at] === tag ? this.next(tag) : undefined
  }

  /** What is in a value. */
  inside({ start, end }: Element): Der {
    return new Der(this.bytes, start, end, this.trouble)
  }

  enter(tag = SEQUENCE): Der {
    return this.inside(this.next(tag))
  }
}

/** An object identifier in dots (X.690 section 8.19). */
export const oidText = (bytes: Uint8Array, { start, end }: Element): string => {
  const arcs: number[] = []
  let arc = 0
  for (let i = start; i < Math.min(end, start + LONGEST_OID); i++) {
    arc = arc * 128 + (bytes[i] & 0x7f)
    if (bytes[i] >= 0x80) continue
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)))
    else arcs.push(arc)
    arc = 0
  }
  return arcs.join('.')
}
const LONGEST_OID = 64
