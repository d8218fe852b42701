/** Plays what happens on a connection to a reader, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { Connection, MissingReason, Side } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { alone } from './alone.case.ts'
import type { Call } from './call.ts'
import type { Host, Protocol, Reader } from './protocol.ts'

const codecs = await loadCodecs()

/** What happens, in order. Text is latin-1; `at` in µs, else a millisecond a step. */
export type Step =
  | { client: string | Uint8Array; at?: number }
  | { server: string | Uint8Array; at?: number }
  | { gap: Side; missing: number; at?: number; reason?: MissingReason }
  | { end: Side; at?: number }

export interface Options {
  midway?: boolean
  /** Cuts each piece of bytes into segments of this size. */
  segment?: number
  /** Saves and loads the reader between all segments. */
  restart?: boolean
  keepBody?: number
}

export interface Played {
  calls: Call[]
  pending: Call[]
  handed: { protocol: string | undefined; rest: readonly [Uint8Array, Uint8Array] } | undefined
}

export const play = (
  protocol: Protocol,
  steps: readonly Step[],
  { midway = false, segment = Number.POSITIVE_INFINITY, restart = false, keepBody = 65_536 }: Options = {},
): Played => {
  const calls: Call[] = []
  let handed: Played['handed']
  const host: Host = {
    ...alone,
    codecs,
    limits: { keepBody },
    exchange: () => expectNothing(),
    call: (call) => void calls.push(structuredClone(call)),
    handOver(name, rest) {
      handed = { protocol: name, rest }
    },
  }
  const connection = {} as Connection
  const readers = protocol.reader!
  let reader: Reader = readers.open(connection, host, { offsets: [0, 0], midway })
  let now = 0
  for (const step of steps) {
    now = step.at ?? now + 1000
    const at = micros(now)
    if (handed !== undefined) break
    if ('gap' in step) reader.gap(step.gap, step.missing, at, step.reason ?? 'not captured')
    else if ('end' in step) reader.end(step.end, at)
    else {
      const side = 'client' in step ? 0 : 1
      const text = 'client' in step ? step.client : step.server
      const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
      for (let from = 0; from < bytes.length && handed === undefined; from += segment) {
        const to = Math.min(bytes.length, from + segment)
        // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
        const lent = Buffer.concat([Buffer.from('*1\r\n'), bytes.subarray(from, to), Buffer.from('\r\n\r\n')])
        reader.receive(side, lent, 4, 4 + to - from, at)
        lent.fill(0x2e)
        if (restart && handed === undefined) reader = readers.load(structuredClone(reader.save()), connection, host)
      }
    }
  }
  const pending = handed === undefined ? (reader.pending() as Call[]).map((call) => structuredClone(call)) : []
  if (handed === undefined) reader.close(micros(now + 1000))
  return { calls, pending, handed }
}

const expectNothing = (): never => {
  throw new Error('an exchange of HTTP')
}

const contentOf = (call: Call): string =>
  call.response?.body?.content === undefined
    ? '-'
    : Buffer.from(call.response.body.content).toString() + (call.response.body.truncated ? '…' : '')

/** A call in one line: `position status outcome: summary > reply [what is odd]`. */
export const inShort = (call: Call): string => {
  const { position, status, outcome, summary, action, missing, findings, error } = call
  const odd = [
    ...missing.map(({ direction, offset, bytes, reason }) => `${direction} misses ${bytes} at ${offset}: ${reason}`),
    ...findings,
    ...(error ? [`${error.code} in ${error.direction} at ${error.offset}`] : []),
  ]
  return `${position} ${status} ${outcome}: ${summary ?? action ?? '-'} > ${contentOf(call)}${odd.length > 0 ? ` [${odd.join(', ')}]` : ''}`
}
