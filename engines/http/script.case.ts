import { loadCodecs } from '#adapters/crypto/codecs.ts'
import { alone } from '../protocols/alone.case.ts'
import type { Host } from '../protocols/protocol.ts'
import type { MissingReason, Side } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { HttpConnection } from './connection.ts'
import type { HttpExchange, HttpMessage } from './facts.ts'
import type { HttpLimits } from './limits.ts'

const codecs = await loadCodecs()

/** What happens on a connection, in order. Text is latin-1. */
export type Step =
  | { client: string | Uint8Array }
  | { server: string | Uint8Array }
  | { gap: Side; missing: number; reason?: MissingReason }
  | { end: Side }
  | { midway: true }

export interface Options {
  limits?: Partial<HttpLimits>
  /** Cuts each piece of bytes into segments of this size. */
  segment?: number
  /** Saves and loads the connection between all segments; where it can rest, it rests and wakes. */
  restart?: boolean
  /** Told when the connection goes over to another protocol; what comes after it is not played. */
  handed?(over: HandedOver): void
}

export interface HandedOver {
  protocol: string | undefined
  /** As latin-1. */
  rest: string[]
  agreed: Readonly<Record<string, string>> | undefined
  midway: boolean
}

/** Plays a script at one microsecond a step, then closes. Answers the exchanges in the order they came out. */
export const play = (
  steps: readonly Step[],
  { limits, segment = Number.POSITIVE_INFINITY, restart = false, handed }: Options = {},
): HttpExchange[] => {
  const out: HttpExchange[] = []
  let left = false
  const host: Host = {
    ...alone,
    codecs,
    limits: { keepBody: 64 * 1024, ...limits },
    exchange: (exchange) => void out.push(structuredClone(exchange)),
    call: () => undefined,
    handOver(protocol, rest, _at, agreed, midway = false) {
      left = true
      handed?.({ protocol, rest: rest.map((bytes) => Buffer.from(bytes).toString('latin1')), agreed, midway })
    },
  }
  let connection = new HttpConnection(host)
  const passed: [number, number] = [0, 0]
  const again = (): HttpConnection => {
    const rested = connection.rest()
    return rested === undefined ? HttpConnection.load(structuredClone(connection.save()), host) : HttpConnection.wake(rested, passed, host)
  }
  steps.forEach((step, index) => {
    const at = micros(index + 1)
    if (left) return
    if ('midway' in step) connection.begin({ offsets: [0, 0], midway: true })
    else if ('gap' in step) {
      passed[step.gap] += step.missing
      connection.gap(step.gap, step.missing, at, step.reason ?? 'not captured')
    } else if ('end' in step) connection.end(step.end, at)
    else {
      const side = 'client' in step ? 0 : 1
      const text = 'client' in step ? step.client : step.server
      const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
      for (let from = 0; from < bytes.length && !left; from += segment) {
        const to = Math.min(bytes.length, from + segment)
        // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
        const lent = Buffer.concat([Buffer.from('GET '), bytes.subarray(from, to), Buffer.from('\r\n\r\n')])
        connection.receive(side, lent, 4, 4 + to - from, at)
        lent.fill(0x2e)
        passed[side] += to - from
        if (restart && !left) connection = again()
      }
    }
  })
  if (!left) connection.close(micros(steps.length + 1))
  return out
}

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
