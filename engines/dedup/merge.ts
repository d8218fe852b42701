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
  event: { id: string; start: string; end: string; duration: number }
  http?: { request?: unknown; response?: unknown }
  spider: {
    agents: string[]
    session: { id: string }
    status: 'complete' | 'incomplete' | 'pending' | 'malformed'
    missing: Missing[]
    time: Times
    observers?: { agent: string; time: Times; status: string }[]
    network?: { duration: number }
  }
}

const RANK = { complete: 3, incomplete: 2, malformed: 1, pending: 0 } as const

const observersOf = (document: Observed): NonNullable<Observed['spider']['observers']> =>
  document.spider.observers ??
  document.spider.agents.map((agent) => ({ agent, time: document.spider.time, status: document.spider.status }))

const span = (time: Times): number | undefined => (time.request && time.response ? time.response.last - time.request.first : undefined)

/** How well each direction was seen: complete, with holes, not at all. */
function seen(document: Observed, direction: 'request' | 'response'): number {
  if (!document.http?.[direction]) return 0
  return document.spider.missing.some((missing) => missing.direction === direction) ? 1 : 2
}

/**
 * Makes one call of two observations of it. The order of the two, and how often one of them comes again, do not matter.
 * The client's side is the one that measured longer: its clock and times are the document's; each direction's message
 * is taken from who saw it whole. What the outer observer measured more than the inner is the network's share.
 */
export function merge<Document extends Observed>(one: Document, other: Document): Document {
  const byAgent = new Map([...observersOf(one), ...observersOf(other)].map((observer) => [observer.agent, observer]))
  const observers = [...byAgent.values()].sort((a, b) => (span(b.time) ?? -1) - (span(a.time) ?? -1) || (a.agent < b.agent ? -1 : 1))
  const [outer, second] = preferred(one, other) === one ? [one, other] : [other, one]
  const request = seen(outer, 'request') >= seen(second, 'request') ? outer : second
  const response = seen(outer, 'response') >= seen(second, 'response') ? outer : second
  const missing = [
    ...request.spider.missing.filter((each) => each.direction === 'request'),
    ...response.spider.missing.filter((each) => each.direction === 'response'),
  ]
  const spans = observers.map((observer) => span(observer.time)).filter((each) => each !== undefined)
  const merged: Document = {
    ...outer,
    ...(outer.http && { http: { ...outer.http, ...directions(request, response) } }),
    spider: {
      ...outer.spider,
      agents: [...byAgent.keys()].sort(),
      missing,
      status: statusOf(outer, second, request, response, missing),
      observers,
    },
  }
  if (spans.length > 1) merged.spider.network = { duration: Math.round((spans[0] - spans[spans.length - 1]) * 1000) }
  return merged
}

const directions = (request: Observed, response: Observed) => ({
  ...(request.http?.request !== undefined && { request: request.http.request }),
  ...(response.http?.response !== undefined && { response: response.http.response }),
})

/** Whose document is the base: the longer measured, else the better seen, else by name, so that the choice never depends on the order. */
function preferred<Document extends Observed>(one: Document, other: Document): Document {
  const bySpan = (span(other.spider.time) ?? -1) - (span(one.spider.time) ?? -1)
  if (bySpan !== 0) return bySpan < 0 ? one : other
  const byStatus = RANK[other.spider.status] - RANK[one.spider.status]
  if (byStatus !== 0) return byStatus < 0 ? one : other
  return one.spider.agents.join() <= other.spider.agents.join() ? one : other
}

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
