import type { ExchangeDocument } from '#events/documents/exchange.ts'

export interface Phase {
  name: 'request' | 'wait' | 'response'
  /** µs since the call's first byte. */
  from: number
  to: number
}

export interface Timing {
  phases: Phase[]
  /** µs from the first to the last byte seen. */
  total: number
  /** First byte, µs since 1970. */
  start: number
}

/** The phases of a call: sending the request, waiting for the answer, receiving it. Only what was seen; undefined when nothing was. */
export function timing({ spider: { time } }: ExchangeDocument): Timing | undefined {
  const moments = [time.request?.first, time.request?.last, time.response?.first, time.response?.last].filter((at) => at !== undefined)
  if (moments.length === 0) return undefined
  const start = Math.min(...moments)
  const phases: Phase[] = []
  if (time.request) phases.push({ name: 'request', from: time.request.first - start, to: time.request.last - start })
  // An answer may begin before the request ends; then nobody waited.
  if (time.request && time.response && time.response.first > time.request.last)
    phases.push({ name: 'wait', from: time.request.last - start, to: time.response.first - start })
  if (time.response) phases.push({ name: 'response', from: time.response.first - start, to: time.response.last - start })
  return { phases, total: Math.max(...moments) - start, start }
}
