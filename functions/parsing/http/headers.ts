/** What a document tells of a message's headers by name. */
export interface HeaderFacts {
  host: string | undefined
  userAgent: string | undefined
  mimeType: string | undefined
  traceId: string | undefined
  spanId: string | undefined
}

/** Looks through headers (name, value, name, value …) once. The first of repeated ones counts. */
export const headerFacts = (headers: readonly string[]): HeaderFacts => {
  const facts: HeaderFacts = { host: undefined, userAgent: undefined, mimeType: undefined, traceId: undefined, spanId: undefined }
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]
    // The length goes first: most names need no more than that.
    switch (name.length) {
      case 2:
        if (name.toLowerCase() === 'b3') readB3(facts, headers[i + 1])
        break
      case 4:
        if (facts.host === undefined && name.toLowerCase() === 'host') facts.host = headers[i + 1]
        break
      case 10:
        if (name === ':authority') facts.host ??= headers[i + 1]
        else if (facts.userAgent === undefined && name.toLowerCase() === 'user-agent') facts.userAgent = headers[i + 1]
        break
      case 11:
        if (name.toLowerCase() === 'traceparent') readTraceparent(facts, headers[i + 1])
        else if (name.toLowerCase() === 'x-b3-spanid' && isHex(headers[i + 1], 16)) facts.spanId ??= headers[i + 1]
        break
      case 12:
        if (name.toLowerCase() === 'x-b3-traceid' && isTrace(headers[i + 1])) facts.traceId ??= headers[i + 1]
        else if (facts.mimeType === undefined && name.toLowerCase() === 'content-type') facts.mimeType = mimeType(headers[i + 1])
    }
  }
  return facts
}

/** The media type alone, lower case, without parameters (RFC 9110 section 8.3.1). */
const mimeType = (value: string): string | undefined => {
  const end = value.indexOf(';')
  const type = (end < 0 ? value : value.slice(0, end)).trim().toLowerCase()
  return type === '' ? undefined : type
}

/** W3C Trace Context section 3.2: version-trace-parent-flags. It has the last word over b3. */
const readTraceparent = (facts: HeaderFacts, value: string): void => {
  if (value.length < 55 || value.charCodeAt(2) !== DASH || value.charCodeAt(35) !== DASH || value.charCodeAt(52) !== DASH) return
  const trace = value.slice(3, 35)
  const span = value.slice(36, 52)
  if (!isHex(trace, 32) || !isHex(span, 16) || value.startsWith('ff')) return
  facts.traceId = trace
  facts.spanId = span
}

/** B3 single header: {trace}-{span}[-…]; `0` alone says nothing but "not sampled". */
const readB3 = (facts: HeaderFacts, value: string): void => {
  const [trace, span] = value.split('-', 2)
  if (!isTrace(trace)) return
  facts.traceId ??= trace
  if (span !== undefined && isHex(span, 16)) facts.spanId ??= span
}

const DASH = 45
const isTrace = (text: string): boolean => isHex(text, 32) || isHex(text, 16)
const isHex = (text: string, length: number): boolean => text.length === length && /^[0-9a-fA-F]+$/.test(text) && !/^0+$/.test(text)
