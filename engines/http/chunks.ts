import type { Body } from './body.ts'
import { CR, HEX, isBlank, LF, SEMICOLON } from './characters.ts'

const SIZE = 0 // at the size, or in it
const BLANK = 1 // white space behind the size
const EXTENSION = 2 // behind the semicolon
const SIZE_END = 3 // between the CR and the LF of the size's line
const DATA = 4
const DATA_END = 5 // before the line end behind the data
const DATA_LF = 6 // between its CR and LF
export const CHUNKS_DONE = 7 // behind the line of the last chunk: trailers follow

/** Thirteen hexadecimal digits are the most that a double counts exactly. */
const MOST_DIGITS = 13

/** The chunked transfer coding (RFC 9112 section 7.1), byte by byte between chunks, by whole pieces inside them. */
export class Chunks {
  state = SIZE
  /** Of the size while it is read, then what is left of the chunk. */
  left = 0
  digits = 0
  extension = 0
  /** Code of what is wrong; the position answered by `read` is where. */
  error: string | undefined = undefined
  readonly findings: string[] = []

  start(): void {
    this.state = SIZE
    this.left = 0
    this.digits = 0
    this.extension = 0
    this.error = undefined
    this.findings.length = 0
  }

  /** Reads on to `end`, or up to where the chunks are done or wrong, and gives what is data to `body`. Answers how far it came. */
  read(bytes: Uint8Array, from: number, end: number, body: Body, mostExtension: number): number {
    let at = from
    while (at < end && this.state !== CHUNKS_DONE) {
      if (this.state === DATA) {
        const to = Math.min(end, at + this.left)
        body.add(bytes, at, to)
        this.left -= to - at
        at = to
        if (this.left === 0) this.state = DATA_END
        continue
      }
      this.step(bytes[at], mostExtension)
      if (this.error !== undefined) return at
      at++
    }
    return at
  }

  private step(byte: number, mostExtension: number): void {
    switch (this.state) {
      case SIZE:
        this.stepSize(byte)
        return
      case BLANK:
        if (!isBlank(byte)) this.stepBehindSize(byte)
        return
      case EXTENSION:
        if (byte === CR) this.state = SIZE_END
        else if (byte === LF) this.endSize(true)
        else if (++this.extension > mostExtension) this.error = 'chunk-extension-too-large'
        return
      case SIZE_END:
        if (byte === LF) this.endSize(false)
        else this.error = 'bad-chunk-size'
        return
      case DATA_END:
        if (byte === CR) this.state = DATA_LF
        else if (byte === LF) this.endData(true)
        else this.error = 'bad-chunk-end'
        return
      default:
        if (byte === LF) this.endData(false)
        else this.error = 'bad-chunk-end'
    }
  }

  private stepSize(byte: number): void {
    const digit = HEX[byte]
    if (digit < 16) {
      this.left = this.left * 16 + digit
      if (this.left > 0) this.digits++
      else this.digits = 1
      if (this.digits > MOST_DIGITS) this.error = 'chunk-too-large'
    } else if (this.digits === 0) this.error = 'bad-chunk-size'
    else if (isBlank(byte)) {
      this.find('whitespace-behind-chunk-size')
      this.state = BLANK
    } else this.stepBehindSize(byte)
  }

  private stepBehindSize(byte: number): void {
    if (byte === SEMICOLON) this.state = EXTENSION
    else if (byte === CR) this.state = SIZE_END
    else if (byte === LF) this.endSize(true)
    else this.error = 'bad-chunk-size'
  }

  private endSize(bare: boolean): void {
    if (bare) this.find('bare-lf')
    this.state = this.left === 0 ? CHUNKS_DONE : DATA
    this.extension = 0
    this.digits = 0
  }

  private endData(bare: boolean): void {
    if (bare) this.find('bare-lf')
    this.state = SIZE
  }

  private find(finding: string): void {
    if (!this.findings.includes(finding)) this.findings.push(finding)
  }
}
