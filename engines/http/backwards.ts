import type { HttpExchange } from './facts.ts'
import { isAnswerAlone, isLossAlone, note, waits } from './pairing.ts'

/** How long nobody must have said anything, in µs, until it is taken that no answer is due any more. */
export const QUIET = 1_000_000

/** Their answers have no body, or are followed by something else: where those end hangs on which request they answer. */
const ODD = new Set(['HEAD', 'CONNECT'])
export const isOdd = ({ request }: HttpExchange): boolean => request !== undefined && ODD.has(request.method)

/**
 * Pairs what was held while nobody knew which answer belongs to which request. At a moment when no answer is due, the last answer is that
 * to the last request, the one before it that to the one before, and so on back to the loss (RFC 9112 section 9.3.2: answers come in the
 * order of the requests). Of `open`, answers that found their request are merged into it, what found none is noted. Answers all of them, in
 * order, ready to come out.
 */
export const pairBackwards = (open: readonly HttpExchange[], unfinished: HttpExchange | undefined): HttpExchange[] => {
  const answers = open.filter(isAnswerAlone)
  const requests = open.filter((exchange) => exchange.request !== undefined && waits(exchange) && exchange !== unfinished)
  const lastLoss = open.findLastIndex(isLossAlone)
  const merged = new Set<HttpExchange>()
  if (requests.every((exchange) => !isOdd(exchange) && exchange.error === undefined)) {
    for (let back = 1; back <= Math.min(answers.length, requests.length); back++) {
      const [asked, answered] = [requests[requests.length - back], answers[answers.length - back]]
      if (asked.request!.first > answered.response!.first || open.indexOf(asked) < lastLoss) break
      merge(asked, answered)
      merged.add(asked).add(answered)
    }
  }
  for (const exchange of [...requests, ...answers]) if (!merged.has(exchange)) note(exchange, UNCERTAIN)
  return open.filter((exchange) => exchange !== unfinished && !(merged.has(exchange) && isAnswerAlone(exchange)))
}

/** The finding of a request or an answer whose other half, if it was seen, is not known. */
export const UNCERTAIN = 'pairing-uncertain'

const merge = (asked: HttpExchange, answered: HttpExchange): void => {
  asked.response = answered.response
  asked.upgrade = answered.upgrade
  asked.messages = answered.messages
  asked.interim.push(...answered.interim)
  asked.missing.push(...answered.missing)
  for (const finding of answered.findings) note(asked, finding)
}
