import { copyOf } from '../bytes/copy.ts'
import { utf8 } from '../bytes/text.ts'

export interface EntriesSink {
  /** The JSON of an entry, and the byte of the archive that it begins at. */
  entry(json: string, offset: number): void
  /** An entry of more bytes than are held. */
  tooLarge(offset: number, bytes: number): void
}

/** Bytes of one entry that are held, unless told otherwise. */
const LARGEST_ENTRY = 64 << 20
const SPACE = 0x20
const NO_ENTRIES = 'it has no list log.entries: an HTTP Archive has'
/** Of a name; longer ones are none that we look for. */
const LONGEST_NAME = 64

const [QUOTE, BACKSLASH, COLON, COMMA, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST] = Array.from('"\\:,{}[]', (sign) => sign.charCodeAt(0))
/** What leads to the entries, from outside in: the name of each, and how it opens. */
const WAY = [
  ['', OPEN],
  ['log', OPEN],
  ['entries', OPEN_LIST],
] as const
const LIST = WAY.length

/**
 * Cuts an HTTP Archive into its entries as its bytes come: it holds one entry, whatever else the archive has.
 * Looks for `log.entries` at its place alone, and leaves the grammar within an entry to who reads it.
 */
export class HarEntries {
  /** What ended the reading early; `offset` is where. */
  problem: { offset: number; message: string } | undefined
  #sink: EntriesSink
  #largest: number
  #offset = 0
  #over = false
  /** What is open, and how much of it is on the way. */
  #depth = 0
  #level = 0
  #quoted = false
  #escaped = false
  /** The name before a value that is on the way, and whether a string would be one. */
  #name = ''
  #isName = false
  #pieces: Uint8Array[] = []
  #held = 0
  /** Where the entry began; below 0: none has. */
  #began = -1

  constructor(sink: EntriesSink, largest = LARGEST_ENTRY) {
    this.#sink = sink
    this.#largest = largest
  }

  receive(bytes: Uint8Array): void {
    let from = this.#began < 0 ? -1 : 0
    for (let i = 0; i < bytes.length && !this.#over; i++) {
      const sign = bytes[i]
      if (this.#quoted) i = this.#string(bytes, i)
      else if (sign > SPACE) {
        if (this.#level === LIST && this.#depth === LIST) {
          if (sign === OPEN) {
            this.#began = this.#offset + i
            from = i
          } else if (sign === CLOSE_LIST) this.#over = true
          else if (sign !== COMMA) this.#fail(i, `there is ${shown(sign)} where an entry, a comma or ] should be`)
        } else if (this.#level === 0 && sign !== OPEN && !isMark(sign)) this.#fail(i, `it begins with ${shown(sign)}, not with {`)
        this.#structure(sign, i)
        if (this.#began >= 0 && this.#depth === LIST) {
          this.#take(bytes, from, i + 1)
          from = -1
        }
      }
    }
    if (from >= 0 && !this.#over) this.#hold(bytes, from, bytes.length)
    this.#offset += bytes.length
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#over) return
    const within = this.#began < 0 ? 'before its list of entries does' : `within the entry that begins at byte ${this.#began}`
    this.#fail(0, this.#level === LIST ? `it ends ${within}` : NO_ENTRIES)
  }

  /** Reads on to the end of a string, and answers where that is: most of an archive is strings. */
  #string(bytes: Uint8Array, from: number): number {
    let escaped = this.#escaped
    let at = from
    for (; at < bytes.length; at++) {
      const sign = bytes[at]
      if (escaped) escaped = false
      else if (sign === BACKSLASH) escaped = true
      else if (sign === QUOTE) {
        this.#quoted = false
        break
      } else if (this.#isName && this.#name.length < LONGEST_NAME) this.#name += String.fromCharCode(sign)
    }
    this.#escaped = escaped
    return at
  }

  #structure(sign: number, at: number): void {
    const onWay = this.#depth === this.#level && this.#level < LIST
    if (sign === QUOTE) this.#quoted = true
    else if (sign === OPEN || sign === OPEN_LIST) {
      const [name, opening] = WAY[this.#level] ?? []
      this.#depth++
      if (!onWay || this.#name !== name || sign !== opening) return
      this.#level++
      this.#nameComes()
    } else if (sign === CLOSE || sign === CLOSE_LIST) {
      this.#depth--
      this.#level = Math.min(this.#level, this.#depth)
      if (this.#depth === 0) this.#fail(at, NO_ENTRIES)
    } else if (onWay && sign === COMMA) this.#nameComes()
    else if (onWay && sign === COLON) this.#isName = false
  }

  #nameComes(): void {
    this.#isName = this.#level < LIST
    this.#name = ''
  }

  #hold(bytes: Uint8Array, from: number, to: number): void {
    this.#held += to - from
    if (this.#held > this.#largest) this.#pieces = []
    else this.#pieces.push(copyOf(bytes, from, to))
  }

  #take(bytes: Uint8Array, from: number, to: number): void {
    const began = this.#began
    this.#began = -1
    if (this.#held + to - from > this.#largest) this.#sink.tooLarge(began, this.#held + to - from)
    else if (this.#held === 0) this.#sink.entry(utf8(bytes, from, to), began)
    else {
      this.#hold(bytes, from, to)
      const whole = join(this.#pieces, this.#held)
      this.#sink.entry(utf8(whole, 0, whole.length), began)
    }
    this.#pieces = []
    this.#held = 0
  }

  #fail(at: number, message: string): void {
    this.problem ??= { offset: this.#offset + at, message }
    this.#over = true
  }
}

const shown = (sign: number): string =>
  sign > SPACE && sign < 0x7f ? String.fromCharCode(sign) : `byte 0x${sign.toString(16).padStart(2, '0')}`

/** A byte order mark is no JSON, and is written all the same. */
const isMark = (sign: number): boolean => sign === 0xef || sign === 0xbb || sign === 0xbf

const join = (pieces: readonly Uint8Array[], size: number): Uint8Array => {
  const whole = new Uint8Array(size)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
