import { COLON, CONTROL, CR, isBlank, LF, TOKEN } from './characters.ts'

/** The header section of a message, and what of it decides the body's length and coding. Shared between messages that sent the same: never changed once read. */
export interface Fields {
  /** Name, value, name, value … as in the facts. */
  headers: string[]
  /** Codes of what is not as RFC 9112 wants it. */
  findings: readonly string[]
  /** Content-Length; `NO_LENGTH`, `BAD_LENGTH`. */
  length: number
  /** Transfer codings, in the order they were applied, lower case. */
  transfer: readonly string[]
  /** Content codings, in the order they were applied, lower case. */
  codings: readonly string[]
  upgrade: string | undefined
  hosts: number
}
const NONE: readonly string[] = []
export const NO_LENGTH = -1
export const BAD_LENGTH = -2

/**
 * Where the header section that begins at `from` ends: behind its empty line, or -1 when that has not come. Also finds the empty line
 * right at `from`. Lines may end with a bare LF (RFC 9112 section 2.2).
 */
export const fieldsEnd = (bytes: Uint8Array, from: number, end: number): number => {
  let line = from
  for (;;) {
    if (line >= end) return -1
    if (bytes[line] === LF) return line + 1
    if (bytes[line] === CR && line + 1 < end && bytes[line + 1] === LF) return line + 2
    let at = line
    while (at < end && bytes[at] !== LF) at++
    line = at + 1
  }
}

const note = (fields: Fields, finding: string): void => {
  if (!fields.findings.includes(finding)) fields.findings = [...fields.findings, finding]
}

/** Reads the section `from`..`end`, which ends with its empty line (RFC 9112 section 5). `text` is the same as latin-1. Keeps at most `most` headers. */
export const readFields = (bytes: Uint8Array, from: number, end: number, text: string, most: number): Fields => {
  const fields: Fields = { headers: [], findings: NONE, length: NO_LENGTH, transfer: NONE, codings: NONE, upgrade: undefined, hosts: 0 }
  let line = from
  let folded = false
  while (line < end && bytes[line] !== LF && !(bytes[line] === CR && bytes[line + 1] === LF)) {
    let nameEnd = line
    while (TOKEN[bytes[nameEnd]] === 1) nameEnd++
    let valueFrom = bytes[nameEnd] === COLON && nameEnd > line ? nameEnd + 1 : -1
    let at = valueFrom < 0 ? nameEnd : valueFrom
    for (;;) {
      while (CONTROL[bytes[at]] === 0) at++
      if (bytes[at] === LF || (bytes[at] === CR && bytes[at + 1] === LF)) break
      note(fields, bytes[at] === CR ? 'bare-cr' : 'control-character')
      at++
    }
    let valueEnd = at
    if (bytes[at] === LF) note(fields, 'bare-lf')
    else at++
    if (valueFrom < 0) {
      const first = text.charCodeAt(line - from)
      if (isBlank(first)) {
        folded = fold(fields, text.slice(line - from, valueEnd - from)) || folded
      } else addOdd(fields, text.slice(line - from, valueEnd - from), most)
    } else {
      while (valueFrom < valueEnd && isBlank(bytes[valueFrom])) valueFrom++
      while (valueEnd > valueFrom && isBlank(bytes[valueEnd - 1])) valueEnd--
      add(fields, text.slice(line - from, nameEnd - from), text.slice(valueFrom - from, valueEnd - from), most)
    }
    line = at + 1
  }
  if (bytes[line] === LF) note(fields, 'bare-lf')
  if (folded) weighAgain(fields)
  return fields
}

const add = (fields: Fields, name: string, value: string, most: number): void => {
  if (fields.headers.length < 2 * most) fields.headers.push(name, value)
  else note(fields, 'too-many-headers')
  weigh(fields, name, value)
}

/** A continuation line (obs-fold, RFC 9112 section 5.2) is joined to the value before it by a space; before the first header there is nothing to join, and the line is left out (section 2.2). */
const fold = (fields: Fields, line: string): boolean => {
  const last = fields.headers.length - 1
  note(fields, last < 0 ? 'whitespace-before-first-header' : 'obs-fold')
  if (last < 0) return false
  const more = line.trim()
  if (more !== '') fields.headers[last] = fields.headers[last] === '' ? more : `${fields.headers[last]} ${more}`
  return true
}

/** A line whose name is not a token. What it means to the receivers differs, so it is kept as it is, and said. */
const addOdd = (fields: Fields, line: string, most: number): void => {
  const colon = line.indexOf(':')
  if (colon < 0) note(fields, 'header-without-colon')
  const name = (colon < 0 ? line : line.slice(0, colon)).trimEnd()
  if (colon >= 0 && name.length !== colon) note(fields, 'space-before-colon')
  if (name === '') note(fields, 'empty-header-name')
  else if (colon >= 0 && !isToken(name)) note(fields, 'bad-header-name')
  add(fields, name, colon < 0 ? '' : line.slice(colon + 1).trim(), most)
}

const isToken = (name: string): boolean => {
  for (let i = 0; i < name.length; i++) if (TOKEN[name.charCodeAt(i)] !== 1) return false
  return true
}

/** After a fold a value is longer than it was when it was weighed. */
const weighAgain = (fields: Fields): void => {
  fields.findings = fields.findings.filter((finding) => !finding.endsWith('-content-length'))
  fields.length = NO_LENGTH
  fields.transfer = NONE
  fields.codings = NONE
  fields.hosts = 0
  for (let i = 0; i < fields.headers.length; i += 2) weigh(fields, fields.headers[i], fields.headers[i + 1])
}

/** Takes from a header what decides the body. The length of the name goes first: most headers need no more than that. */
const weigh = (fields: Fields, name: string, value: string): void => {
  switch (name.length) {
    case 4:
      if (name.toLowerCase() === 'host') fields.hosts++
      break
    case 7:
      if (name.toLowerCase() === 'upgrade') fields.upgrade = value
      break
    case 14:
      if (name.toLowerCase() === 'content-length') weighLength(fields, value)
      break
    case 16:
      if (name.toLowerCase() === 'content-encoding') fields.codings = withCodings(fields.codings, value)
      break
    case 17:
      if (name.toLowerCase() === 'transfer-encoding') fields.transfer = withCodings(fields.transfer, value)
  }
}

const withCodings = (before: readonly string[], value: string): readonly string[] => {
  const codings = [...before]
  for (const part of value.split(',')) {
    const coding = part.trim().toLowerCase()
    if (coding !== '' && coding !== 'identity') codings.push(coding)
  }
  return codings
}

/** RFC 9112 section 6.3: the same length repeated, in one field or several, counts once; the first of different ones is taken, and said. */
const weighLength = (fields: Fields, value: string): void => {
  for (const part of value.includes(',') ? value.split(',') : [value]) {
    const length = readLength(part.trim())
    if (length === BAD_LENGTH) note(fields, 'bad-content-length')
    if (fields.length === NO_LENGTH) fields.length = length
    else note(fields, fields.length === length ? 'repeated-content-length' : 'conflicting-content-length')
  }
}

const readLength = (digits: string): number => {
  if (digits.length === 0 || digits.length > 15) return BAD_LENGTH
  let length = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return BAD_LENGTH
    length = length * 10 + digit
  }
  return length
}
