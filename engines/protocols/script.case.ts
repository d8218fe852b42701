/** Plays what happens on a connection to a reader alone, for tests. */
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { HttpLimits } from '../http/limits.ts'
import type { Connection, MissingReason, Side } from '../tcp/facts.ts'
import { micros } from '../time.ts'
import { alone } from './alone.case.ts'
import { type Call, type Found, isCall } from './call.ts'
import { differenceOf, restored } from './difference.ts'
import { Packing } from './packing.ts'
import type { Host, Protocol, Reader } from './protocol.ts'

const codecs = await loadCodecs()

/** What happens, in order. Text is latin-1; `at` in µs, else `pace` after the one before. */
export type Step =
  | { client: string | Uint8Array; at?: number }
  | { server: string | Uint8Array; at?: number }
  | { gap: Side; missing: number; at?: number; reason?: MissingReason }
  | { end: Side; at?: number }

export interface Options {
  midway?: boolean
  /** Cuts each piece of bytes into segments of this size. */
  segment?: number
  /** Between all segments: the reader rests, as the difference from a new one, packed; and is made again from that. */
  restart?: boolean
  /** Segments, by number, that nobody saw. */
  lose?: (index: number) => boolean
  keepBody?: number
  limits?: Partial<HttpLimits>
  /** Between two steps, µs. */
  pace?: number
}

export interface Played {
  calls: Call[]
  /** Of HTTP of any version, whose readers tell no calls. */
  exchanges: HttpExchange[]
  pending: Call[]
  handed: { protocol: string | undefined; rest: readonly [Uint8Array, Uint8Array] } | undefined
}

const HTTP: ReadonlySet<string> = new Set(['http', 'h2'])

export const play = (protocol: Protocol, steps: readonly Step[], options: Options = {}): Played => {
  const { midway = false, segment = Number.POSITIVE_INFINITY, restart = false, lose, keepBody = 65_536, limits, pace = 1000 } = options
  const [calls, exchanges]: [Call[], HttpExchange[]] = [[], []]
  let handed: Played['handed']
  const tell = (found: Found): void => {
    if (isCall(found) === HTTP.has(protocol.name)) throw new Error(`${protocol.name} told what is not its own`)
    if (isCall(found)) calls.push(structuredClone(found))
    else exchanges.push(structuredClone(found))
  }
  const host: Host = {
    ...alone,
    codecs,
    limits: { keepBody, ...limits },
    exchange: tell,
    call: tell,
    handOver(name, rest) {
      handed = { protocol: name, rest }
    },
  }
  const connection = {} as Connection
  const readers = protocol.reader!
  const packing = new Packing()
  const passed: [number, number] = [0, 0]
  let reader: Reader = readers.open(connection, host, { offsets: [0, 0], midway })
  const again = (): Reader => {
    const fresh = readers.open(connection, host, { offsets: [...passed], midway: false })
    const difference = reader.asNew ? undefined : packing.take(packing.pack(differenceOf(reader.save(), fresh.save())))
    return difference === undefined ? fresh : readers.load(restored(difference, fresh.save()), connection, host)
  }
  let now = 0
  let index = 0
  const miss = (side: Side, missing: number, reason: MissingReason = 'not captured') => {
    passed[side] += missing
    reader.gap(side, missing, micros(now), reason)
  }
  for (const step of steps) {
    now = step.at ?? now + pace
    if (handed !== undefined) break
    if ('gap' in step) miss(step.gap, step.missing, step.reason)
    else if ('end' in step) reader.end(step.end, micros(now))
    else {
      const side = 'client' in step ? 0 : 1
      const text = 'client' in step ? step.client : step.server
      const bytes = typeof text === 'string' ? Buffer.from(text, 'latin1') : text
      for (let from = 0; from < bytes.length && handed === undefined; from += segment) {
        const to = Math.min(bytes.length, from + segment)
        if (lose?.(index++)) {
          miss(side, to - from)
          continue
        }
        // Between other bytes, and gone after the call: who looks beyond its own or holds on to them is found out.
        const lent = Buffer.concat([Buffer.from('*1\r\nGET '), bytes.subarray(from, to), Buffer.from('\r\n\r\n')])
        reader.receive(side, lent, 8, 8 + to - from, micros(now))
        lent.fill(0x2e)
        passed[side] += to - from
        if (restart && handed === undefined) reader = again()
      }
    }
  }
  const pending =
    handed === undefined
      ? reader
          .pending()
          .filter(isCall)
          .map((call) => structuredClone(call))
      : []
  if (handed === undefined) reader.close(micros(now + pace))
  return { calls, exchanges, pending, handed }
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
