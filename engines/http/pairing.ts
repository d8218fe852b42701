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
  secure: false,
  fields: undefined,
  action: undefined,
  outcome: undefined,
  summary: undefined,
  messages: undefined,
})

/**
 * Which answer belongs to which request. In step, they come in the same order (RFC 9112 section 9.3). After a loss nobody knows how many
 * messages were in it. A client that sends a request only when the one before is answered tells by each request that all before it is
 * over: an answer goes to the last request sent before it. Of one that pipelines nothing can be told until no answer is due any more
 * (`backwards.ts`): until then it is `adrift`.
 */
export class Pairing {
  /** In order: exchanges whose request or answer has not come, or not to its end. */
  readonly open: HttpExchange[] = []
  /** A loss lies behind, and requests from before it may be open. */
  doubt = false
  /** A request was sent while another one waited for its answer. */
  pipelined = false
  /** The server has spoken, or was not heard, since the last request. */
  answered = false

  /** No answer is given to a request, and none that is open comes out. */
  get adrift(): boolean {
    return this.doubt && this.pipelined
  }

  /** The exchange that a request, begun at `first`, belongs to: an answer that was there before it, since the packets of both directions need not come in order; undefined for a new one. */
  forRequest(first: Micros): HttpExchange | undefined {
    if (this.open.some((exchange) => waits(exchange) && (isLossAlone(exchange) ? !this.answered : !this.doubt || !this.answered)))
      this.pipelined = true
    this.answered = false
    if (this.adrift) return undefined
    return this.open.find((exchange) => isAnswerAlone(exchange) && exchange.response!.first >= first)
  }

  /** The exchange that an answer, begun at `first`, belongs to; undefined when no request waits for it, or nobody knows which. */
  forResponse(first: Micros): HttpExchange | undefined {
    const { open } = this
    this.answered = true
    const next = open.length > 0 && waits(open[0]) ? open[0] : open.find(waits)
    if (this.pipelined && next !== undefined && isLossAlone(next)) this.doubt = true
    if (this.adrift) return undefined
    if (!this.doubt) return next
    return open.findLast((exchange) => waits(exchange) && begun(exchange) <= first)
  }

  add(exchange: HttpExchange): void {
    this.open.push(exchange)
  }

  remove(exchange: HttpExchange): void {
    const { open } = this
    if (open[0] === exchange) open.shift()
    else open.splice(open.indexOf(exchange), 1)
    if (open.length === 0 && !this.pipelined) this.doubt = false
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

/** Requests may have been lost here: the answers to those before it can be told, those behind it cannot. */
export const isLossAlone = (exchange: HttpExchange): boolean =>
  exchange.request === undefined && exchange.response === undefined && exchange.error === undefined

const begun = (exchange: HttpExchange): number => exchange.request?.first ?? 0
