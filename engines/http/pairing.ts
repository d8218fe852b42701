import type { Micros } from '../time.ts'
import type { HttpExchange, HttpRequest, HttpResponse } from './facts.ts'

/** An exchange of which nothing is known yet. */
export const newExchange = (position: number, request: HttpRequest | undefined, response: HttpResponse | undefined): HttpExchange => ({
  position,
  request,
  response,
  interim: [],
  status: 'pending',
  missing: [],
  findings: [],
  error: undefined,
  upgrade: undefined,
  fields: undefined,
  action: undefined,
  outcome: undefined,
  summary: undefined,
  messages: undefined,
})

/**
 * Which answer belongs to which request. In step, they come in the same order (RFC 9112 section 9.3). After a loss nobody knows how many
 * messages were in it: then an answer goes to the last request sent before it, unless requests are pipelined, where it goes to the next
 * one whose answer was not lost.
 */
export class Pairing {
  /** In order: exchanges whose request or answer has not come, or not to its end. */
  readonly open: HttpExchange[] = []
  /** A loss lies behind, and requests from before it may be open. */
  doubt = false
  /** A request was sent while another one waited for its answer. */
  pipelined = false

  /** The exchange that a request, begun at `first`, belongs to: an answer that was there before it, since the packets of both directions need not come in order; undefined for a new one. */
  forRequest(first: Micros): HttpExchange | undefined {
    for (const exchange of this.open) {
      if (isAnswerAlone(exchange) && exchange.response!.first >= first) return exchange
    }
    if (!this.doubt && this.open.some(waits)) this.pipelined = true
    return undefined
  }

  /** The exchange that an answer, begun at `first`, belongs to; undefined when no request waits for it. */
  forResponse(first: Micros): HttpExchange | undefined {
    const { open } = this
    if (!this.doubt) return open.length > 0 && waits(open[0]) ? open[0] : open.find(waits)
    const waiting = open.filter((exchange) => waits(exchange) && begun(exchange) <= first)
    if (waiting.length > 1) note(waiting[0], this.pipelined ? 'pairing-uncertain' : undefined)
    return this.pipelined ? (waiting.find((exchange) => !lacksAnswer(exchange)) ?? waiting[0]) : waiting[waiting.length - 1]
  }

  add(exchange: HttpExchange): void {
    this.open.push(exchange)
  }

  remove(exchange: HttpExchange): void {
    const { open } = this
    if (open[0] === exchange) open.shift()
    else open.splice(open.indexOf(exchange), 1)
    if (open.length === 0) this.doubt = false
  }
}

export const note = (exchange: HttpExchange, finding: string | undefined): void => {
  if (finding !== undefined && !exchange.findings.includes(finding)) exchange.findings.push(finding)
}

/** Waits for its answer to begin. */
export const waits = (exchange: HttpExchange): boolean => exchange.response === undefined

/** Its request was not seen, or not yet. */
export const isAnswerAlone = (exchange: HttpExchange): boolean =>
  exchange.request === undefined && exchange.response !== undefined && exchange.error === undefined

const lacksAnswer = (exchange: HttpExchange): boolean => exchange.missing.some((missing) => missing.direction === 'response')

const begun = (exchange: HttpExchange): number => exchange.request?.first ?? 0
