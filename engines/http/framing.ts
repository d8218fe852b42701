import { BAD_LENGTH, type Fields, NO_LENGTH } from './fields.ts'
import type { StartLine } from './start-line.ts'

/** How a body ends. */
export type Framing = 'none' | 'length' | 'chunked' | 'close' | 'unknown'

const isChunked = (fields: Fields): boolean => fields.transfer[fields.transfer.length - 1] === 'chunked'

/** RFC 9112 section 6.3 for a request. `unknown`: it has a body, and nobody can tell where it ends. */
export const requestFraming = (fields: Fields): Framing => {
  if (fields.transfer.length > 0) return isChunked(fields) ? 'chunked' : 'unknown'
  if (fields.length === BAD_LENGTH) return 'unknown'
  return fields.length > 0 ? 'length' : 'none'
}

/** RFC 9112 section 6.3 for a response to `method` (undefined when the request was not seen). */
export const responseFraming = (line: StartLine, fields: Fields, method: string | undefined): Framing => {
  const { status } = line
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304) return 'none'
  if (method === 'CONNECT' && status < 300) return 'none'
  if (fields.transfer.length > 0) return isChunked(fields) ? 'chunked' : 'close'
  if (fields.length === 0) return 'none'
  return fields.length === NO_LENGTH || fields.length === BAD_LENGTH ? 'close' : 'length'
}

/** What RFC 9112 sections 3.2, 6.1 and 6.3 forbid or warn of, in a head that can be read all the same. */
export const framingFindings = (line: StartLine, fields: Fields, findings: string[]): void => {
  if (fields.transfer.length > 0) {
    if (fields.length !== NO_LENGTH) findings.push('content-length-and-transfer-encoding')
    if (!isChunked(fields)) findings.push('transfer-encoding-not-chunked')
    if (line.version === '1.0') findings.push('transfer-encoding-in-http-1.0')
    if (fields.transfer.indexOf('chunked') !== fields.transfer.lastIndexOf('chunked')) findings.push('chunked-twice')
  }
  if (line.status === 0 && fields.hosts !== 1) {
    if (fields.hosts > 1) findings.push('repeated-host')
    else if (line.version === '1.1') findings.push('missing-host')
  }
}

/** The codings to be undone, the outermost first: transfer codings but the chunking, then content codings. */
export const codingsToUndo = (fields: Fields): readonly string[] => {
  if (fields.codings.length === 0 && fields.transfer.length < 2 && (fields.transfer.length === 0 || isChunked(fields))) return NONE
  return [...fields.codings, ...fields.transfer.filter((coding) => coding !== 'chunked')].reverse()
}
const NONE: readonly string[] = []
