interface Missing {
  direction: 'request' | 'response'
  offset: number
  bytes: number
  reason: string
}

interface Span {
  first: number
  last: number
}

interface Times {
  request?: Span
  response?: Span
}

/** What merging needs to know of a document; the rest of it is carried along. */
export interface Observed {
  '@timestamp': string
  event: { id: string; start: string; end: string; duration: number; action?: string; outcome?: string }
  http?: { request?: unknown; response?: unknown }
  url?: unknown
  user_agent?: unknown
  trace?: unknown
  span?: unknown
  error?: unknown
  tls?: unknown
  spider: {
    agents: string[]
    session: { id: string }
    status: 'complete' | 'incomplete' | 'pending' | 'malformed'
    missing: Missing[]
    time: Times
    observers?: { agent: string; time: Times; status: string }[]
    network?: { duration: number }
    summary?: string
    tls?: { decryption?: string }
    findings?: unknown
    request?: unknown
    response?: unknown
  }
}

const RANK = { complete: 3, incomplete: 2, malformed: 1, pending: 0 } as const

type Observer = NonNullable<Observed['spider']['observers']>[number]
type Direction = Missing['direction']

const observersOf = (document: Observed): Observer[] =>
  document.spider.observers ??
  document.spider.agents.map((agent) => ({ agent, time: document.spider.time, status: document.spider.status }))

const span = (time: Times): number | undefined => (time.request && time.response ? time.response.last - time.request.first : undefined)

/** Who measured longer comes first, else who saw more, else by name: a total order, so that the result never depends on who came first. */
const byMeasure = (a: Observer, b: Observer): number =>
  (span(b.time) ?? -1) - (span(a.time) ?? -1) ||
  RANK[b.status as keyof typeof RANK] - RANK[a.status as keyof typeof RANK] ||
  (a.agent < b.agent ? -1 : Number(a.agent > b.agent))

/** One entry an agent, the best it knew, in order. */
function together(one: Observed, other: Observed): Observer[] {
  const sorted = [...observersOf(one), ...observersOf(other)].sort(byMeasure)
  return sorted.filter(({ agent }, i) => sorted.findIndex((each) => each.agent === agent) === i)
}

const missingOf = (document: Observed, direction: Direction): Missing[] =>
  document.spider.missing.filter((each) => each.direction === direction)
const bytesOf = (missing: readonly Missing[]): number => missing.reduce((sum, { bytes }) => sum + bytes, 0)

/** How well a direction was seen: complete, with holes, not at all. */
function seen(document: Observed, direction: Direction): number {
  if (!(document.http?.[direction] ?? document.spider[direction])) return 0
  return missingOf(document, direction).length > 0 ? 1 : 2
}

/** Who saw this direction better: the whole of it, else most of it. */
function better<Document extends Observed>(one: Document, other: Document, direction: Direction): Document {
  const bySeen = seen(one, direction) - seen(other, direction)
  if (bySeen !== 0) return bySeen > 0 ? one : other
  const [ours, theirs] = [missingOf(one, direction), missingOf(other, direction)]
  const byBytes = bytesOf(ours) - bytesOf(theirs)
  if (byBytes !== 0) return byBytes < 0 ? one : other
  return JSON.stringify(ours) <= JSON.stringify(theirs) ? one : other
}

/**
 * Makes one call of two observations of it. The order of the two, and how often one of them comes again, do not matter.
 * The client's side is the one that measured longer: its clock and times are the document's; each direction's message
 * is taken from who saw it best. What the outer observer measured more than the inner is the network's share.
 */
export function merge<Document extends Observed>(one: Document, other: Document): Document {
  const observers = together(one, other)
  const [outer, second] =
    byMeasure(observersOf(one).sort(byMeasure)[0], observersOf(other).sort(byMeasure)[0]) <= 0 ? [one, other] : [other, one]
  const request = better(outer, second, 'request')
  const response = better(outer, second, 'response')
  const opened = isOpened(outer) || !isOpened(second) ? outer : second
  const missing = [...missingOf(request, 'request'), ...missingOf(response, 'response')]
  const status = statusOf(outer, second, request, response, missing)
  const spans = observers.map((observer) => span(observer.time)).filter((each) => each !== undefined)
  const { error: _, ...base } = { ...second, ...outer }
  const error = errorOf(status === 'malformed' ? outer : response, status)
  const merged = {
    ...base,
    event: { ...outer.event, ...aboutEvent(request, response) },
    ...(error !== undefined && { error }),
    ...aboutRequest(request),
    ...(opened.tls !== undefined && { tls: opened.tls }),
    ...((outer.http || second.http) && { http: { ...second.http, ...outer.http, ...directions(request, response) } }),
    spider: {
      ...second.spider,
      ...outer.spider,
      ...parts(request, response),
      ...aboutTls(opened),
      agents: observers.map(({ agent }) => agent).sort(),
      missing,
      status,
      observers,
    },
  } as Document
  if (spans.length > 1) merged.spider.network = { duration: Math.round((spans[0] - spans[spans.length - 1]) * 1000) }
  return merged
}

/** Bytes that are not of the protocol, where the call stays malformed; else what the protocol says went wrong, as who saw the answer has it. */
const errorOf = ({ error, spider }: Observed, status: string): unknown =>
  (spider.status === 'malformed') === (status === 'malformed') ? error : undefined

const aboutEvent = (request: Observed, response: Observed) => ({
  ...(request.event.action !== undefined && { action: request.event.action }),
  ...(response.event.outcome !== undefined && { outcome: response.event.outcome }),
})

/** The messages of a call that is not HTTP's. */
const parts = (request: Observed, response: Observed) => ({
  ...(request.spider.summary !== undefined && { summary: request.spider.summary }),
  ...(request.spider.request !== undefined && { request: request.spider.request }),
  ...(response.spider.response !== undefined && { response: response.spider.response }),
})

/** Whether a handshake was opened by its secrets: who could do that knows more of it. */
const isOpened = ({ spider }: Observed): boolean => spider.tls?.decryption === 'decrypted'

const aboutTls = ({ spider: { tls, findings } }: Observed) => ({
  ...(tls !== undefined && { tls, findings }),
})

/** What a document says because its request was seen. */
const aboutRequest = ({ url, user_agent, trace, span }: Observed) => ({
  ...(url !== undefined && { url }),
  ...(user_agent !== undefined && { user_agent }),
  ...(trace !== undefined && { trace }),
  ...(span !== undefined && { span }),
})

const directions = (request: Observed, response: Observed) => ({
  ...(request.http?.request !== undefined && { request: request.http.request }),
  ...(response.http?.response !== undefined && { response: response.http.response }),
})

function statusOf(
  outer: Observed,
  second: Observed,
  request: Observed,
  response: Observed,
  missing: Missing[],
): Observed['spider']['status'] {
  const best = RANK[outer.spider.status] >= RANK[second.spider.status] ? outer.spider.status : second.spider.status
  if (best === 'incomplete' && missing.length === 0 && seen(request, 'request') === 2 && seen(response, 'response') === 2) return 'complete'
  return best
}
