import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'

export interface Phase {
  name: 'connect' | 'tls' | 'idle' | 'request' | 'wait' | 'response'
  /** µs since the first of what is shown. */
  from: number
  to: number
}

export interface Timing {
  phases: Phase[]
  /** µs from the first to the last of what is shown. */
  total: number
  /** µs since 1970. */
  start: number
}

type Times = ExchangeDocument['spider']['time']

/** How a connection began, µs since 1970. */
export interface Opening {
  connect: { from: number; to: number } | undefined
  tls: { from: number; to: number } | undefined
}

/** The phases of a call: sending the request, waiting for the answer, receiving it. Only what was seen; undefined when nothing was. */
export const timing = ({ spider: { time } }: ExchangeDocument): Timing | undefined => timingOf(time)

export function timingOf(time: Times): Timing | undefined {
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

/** How the connection of a session began, from its document and, where it spoke TLS, the call that its handshake is. */
export function openingOf(session: SessionDocument, tls: ExchangeDocument | undefined): Opening {
  const from = microsOf(session.event.start)
  const { handshake } = session.spider
  const spoken = tls && timing(tls)
  return {
    connect: handshake === undefined ? undefined : { from, to: from + handshake / 1000 },
    tls: spoken && { from: spoken.start, to: spoken.start + spoken.total },
  }
}

/** A document's time (ISO 8601, with microseconds where it has them), in µs since 1970. */
const microsOf = (iso: string): number => Date.parse(iso) * 1000 + (/\.\d{6}Z$/.test(iso) ? Number(iso.slice(-4, -1)) : 0)

/** A call with the opening of its connection in front, and the time in which nothing was said between. */
export function withOpening({ phases, total, start }: Timing, { connect, tls }: Opening): Timing {
  const before = [
    ...(connect ? [{ name: 'connect' as const, ...connect }] : []),
    ...(tls ? [{ name: 'tls' as const, ...tls }] : []),
  ].filter(({ to }) => to <= start)
  const begin = before[0]?.from
  if (begin === undefined) return { phases, total, start }
  const out: Phase[] = []
  let at = begin
  for (const { name, from, to } of [...before, { name: 'call' as const, from: start, to: start }]) {
    if (from > at) out.push({ name: 'idle', from: at - begin, to: from - begin })
    if (name !== 'call') out.push({ name, from: from - begin, to: to - begin })
    at = Math.max(at, to)
  }
  const shift = start - begin
  return {
    phases: [...out, ...phases.map(({ name, from, to }) => ({ name, from: from + shift, to: to + shift }))],
    total: total + shift,
    start: begin,
  }
}
