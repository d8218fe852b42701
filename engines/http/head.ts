import { latin1 } from '../bytes/text.ts'
import type { Side } from '../tcp/facts.ts'
import { CR, LF } from './characters.ts'
import { type Fields, fieldsEnd, NO_LENGTH, readFields } from './fields.ts'
import type { HttpLimits } from './limits.ts'
import { readStartLine, type StartLine, wrongBeginning } from './start-line.ts'

/** Longer heads are read anew each time. */
const LONGEST_REMEMBERED = 2048
const NO_LINE: StartLine = { version: '', method: '', target: '', status: 0, reason: '', findings: [] }
const NO_FIELDS: Fields = { headers: [], findings: [], length: NO_LENGTH, transfer: [], codings: [], upgrade: undefined, hosts: 0 }

/**
 * Reads heads (start line and header section) of one direction. On a connection that is kept open, a head is often the same as the one
 * before, to the byte: then what was read of that one is given again, and no string is made.
 */
export class HeadReader {
  line = NO_LINE
  fields = NO_FIELDS
  error = ''
  /** Where to go on searching, when more bytes have come. */
  searched = 0
  private readonly side: Side
  private readonly limits: HttpLimits
  private lastLine = ''
  private lastSection = ''

  constructor(side: Side, limits: HttpLimits) {
    this.side = side
    this.limits = limits
  }

  /** Answers where the head that begins at `from` ends; 0 when more bytes are needed, -1 when it is malformed (see `error`). */
  read(bytes: Uint8Array, from: number, end: number, searched: number): number {
    let section = from + this.lastLine.length
    if (this.lastLine.length > 0 && startsWith(bytes, from, end, this.lastLine))
      return this.readSameLine(bytes, from, section, end, searched)
    section = from
    while (section < end && bytes[section] !== LF) section++
    if (section === end) return this.unfinished(wrongBeginning(this.side, bytes, from, end), from, end, from)
    if (section - from >= this.limits.head) return this.fail(wrongBeginning(this.side, bytes, from, section) ?? 'head-too-large')
    const line = readStartLine(this.side, bytes, from, section > from && bytes[section - 1] === CR ? section - 1 : section)
    if (typeof line === 'string') return this.fail(line)
    this.line = bytes[section - 1] === CR ? line : { ...line, findings: [...line.findings, 'bare-lf'] }
    section++
    this.lastLine = section - from > LONGEST_REMEMBERED ? '' : latin1(bytes, from, section)
    return this.readSameLine(bytes, from, section, end, searched)
  }

  private readSameLine(bytes: Uint8Array, from: number, section: number, end: number, searched: number): number {
    const { lastSection } = this
    if (lastSection.length > 0 && startsWith(bytes, section, end, lastSection)) return section + lastSection.length
    const to = fieldsEnd(bytes, Math.max(section, searched), end)
    if (to < 0) return this.unfinished(undefined, from, end, lastLineStart(bytes, section, end))
    if (to - from > this.limits.head) return this.fail('head-too-large')
    const text = latin1(bytes, section, to)
    this.fields = readFields(bytes, section, to, text, this.limits.headers)
    this.lastSection = text.length > LONGEST_REMEMBERED ? '' : text
    return to
  }

  /** As `read`, for a header section alone, that begins at 0. */
  readSection(bytes: Uint8Array, end: number, searched: number): number {
    const to = fieldsEnd(bytes, searched, end)
    if (to < 0) this.searched = lastLineStart(bytes, searched, end)
    return Math.max(to, 0)
  }

  private unfinished(wrong: string | undefined, from: number, end: number, searched: number): number {
    if (wrong !== undefined) return this.fail(wrong)
    if (end - from > this.limits.head) return this.fail('head-too-large')
    this.searched = searched
    return 0
  }

  private fail(code: string): number {
    this.error = code
    return -1
  }
}

const lastLineStart = (bytes: Uint8Array, from: number, end: number): number => {
  let at = end
  while (at > from && bytes[at - 1] !== LF) at--
  return at
}

const startsWith = (bytes: Uint8Array, from: number, end: number, text: string): boolean => {
  if (end - from < text.length) return false
  for (let i = 0; i < text.length; i++) if (bytes[from + i] !== text.charCodeAt(i)) return false
  return true
}
