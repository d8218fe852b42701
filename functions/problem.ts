import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { Transient } from '#adapters/bus/port.ts'
import { InvalidCursor, StoreUnavailable } from '#adapters/store/port.ts'

/** What an API answers instead of a result (RFC 9457). */
export const ProblemDocument = Type.Object(
  { type: Type.String(), title: Type.String(), status: Type.Integer(), detail: Type.String(), instance: Type.Optional(Type.String()) },
  { $id: 'Problem', title: 'Problem', additionalProperties: true },
)

/** An answer that is a problem document; `members` are extension members of it. */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  readonly title: string
  readonly members: Record<string, unknown>
  constructor(status: number, title: string, detail: string, members: Record<string, unknown> = {}) {
    super(detail)
    this.status = status
    this.title = title
    this.members = members
  }
}

export const notFound = (what: string, id: string): Problem => new Problem(404, 'Not found', `There is no ${what} ${id} (any more).`)

export function sendProblem(reply: FastifyReply, problem: Problem, instance: string): void {
  void reply
    .code(problem.status)
    .type('application/problem+json')
    .send(
      JSON.stringify({
        type: 'about:blank',
        title: problem.title,
        status: problem.status,
        detail: problem.message,
        instance,
        ...problem.members,
      }),
    )
}

/** Turns whatever a route threw into a problem document: the caller's faults with their reason, ours without a stack. */
export function answerProblem(error: FastifyError | Problem, request: FastifyRequest, reply: FastifyReply): void {
  if (!(error instanceof Problem) && error.name !== 'AbortError' && !error.validation && (error.statusCode ?? 500) >= 500)
    request.log.error({ error: error.message, stack: error.stack, url: request.url }, 'request failed')
  sendProblem(reply, problemOf(error), request.url)
}

function problemOf(error: FastifyError | Problem): Problem {
  if (error instanceof Problem) return error
  if (error.name === 'AbortError') return new Problem(499, 'Not answered', 'Who asked went away before there was an answer.')
  if (error instanceof InvalidCursor) return new Problem(400, 'Bad request', error.message)
  if (error instanceof Transient) return new Problem(503, 'Try again later', error.message)
  if (error instanceof StoreUnavailable) return new Problem(503, 'Try again later', error.message)
  if (error.validation) return new Problem(400, 'Bad request', error.message)
  if (error.statusCode && error.statusCode < 500) return new Problem(error.statusCode, 'Bad request', error.message)
  return new Problem(500, 'Internal error', 'Spider could not answer; its log says why.')
}
