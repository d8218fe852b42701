/** Plays what happens on a connection to the reader of HTTP, for tests. */
import { type Options, play as playTo, type Step } from '../protocols/script.case.ts'
import type { HttpExchange, HttpMessage } from './facts.ts'
import { http } from './protocol.ts'

export type { Step }

/** One microsecond a step, then closes. Answers the exchanges in the order they came out. */
export const play = (steps: readonly Step[], options?: Options): HttpExchange[] => playTo(http, steps, { pace: 1, ...options }).exchanges

const said = (message: HttpMessage | undefined, first: string): string => {
  if (message === undefined) return '-'
  const { body } = message
  const content = body.content === undefined ? '' : ` "${Buffer.from(body.content).toString('latin1')}"`
  return `${first} ${body.bytes}${content}${message.complete ? '' : ' cut'}${body.truncated ? ' truncated' : ''}${body.undecoded ? ` (${body.undecoded})` : ''}`
}

/** An exchange in one line: `position status: request > response [what is odd]`. */
export const inShort = (exchange: HttpExchange): string => {
  const { request, response, interim, missing, findings, error, upgrade } = exchange
  const odd = [
    ...interim.map(String),
    ...missing.map(({ direction, offset, bytes, reason }) => `${direction} misses ${bytes} at ${offset}: ${reason}`),
    ...findings,
    ...(error ? [`${error.code} in ${error.direction} at ${error.offset}`] : []),
    ...(upgrade ? [`upgrade ${upgrade}`] : []),
  ]
  const asked = said(request, `${request?.method} ${request?.target}`)
  return `${exchange.position} ${exchange.status}: ${asked} > ${said(response, String(response?.status))}${odd.length > 0 ? ` [${odd.join(', ')}]` : ''}`
}

export const played = (steps: readonly Step[], options?: Options): string[] => play(steps, options).map(inShort)
