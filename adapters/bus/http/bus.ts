import type { Event } from '#events/define.ts'
import { registry as allTypes } from '#events/registry.ts'
import { type Bus, Permanent, Transient } from '../port.ts'
import { type Answer, Client } from './client.ts'
import type { Registry } from './decode.ts'
import { Compressor, encodeCloudEvent, type Message } from './encode.ts'

export interface HttpBusOptions {
  /** Where events are posted: a broker's ingress, or `https://spider.example/events`. */
  url: string
  /** Sent as `Authorization: Bearer …`. */
  token?: string
  /** Compress bodies where it pays. True unless told; false through a broker, which passes on no `content-encoding`. */
  compress?: boolean
  /** For the whole exchange; 30 s unless told. */
  timeoutMs?: number
  /** Connections kept at most; 8 unless told. */
  connections?: number
  /** PEM of the authorities to trust instead of the system's. */
  ca?: string
  registry?: Registry
  /** Answers 404 may be others next time: a broker that is being made, or begins anew, knows its own address only after a while. */
  isBroker?: boolean
  /** Bodies above so many bytes are put elsewhere, and the event says where (CloudEvents extension `dataref`): what a broker takes is bounded. */
  claims?: { above: number; put: (bytes: Uint8Array) => Promise<string> }
}

/** Answers that may be another next time, beside all of 500 and above. */
const AGAIN = [408, 425, 429]
const MAX_RETRY_AFTER_MS = 3_600_000

/**
 * A bus that posts CloudEvents 1.0 in binary mode over HTTP(S). `publish` resolves when the other side accepted the event; it rejects with `Transient` when the network fails or the
 * answer is 408, 425, 429 or 5xx (with what Retry-After says), and with `Permanent` and the problem's detail at any other answer.
 */
export function httpBus(options: HttpBusOptions): Bus & { close(): Promise<void> } {
  const { compress = true, timeoutMs = 30_000, connections = 8, ca, registry = allTypes } = options
  const url = new URL(options.url)
  const authorization: Record<string, string> = options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }
  const compressor = new Compressor(compress)
  const client = new Client(url, { timeoutMs, connections, ca })

  async function publish(event: Event): Promise<void> {
    const { headers, body } = await compressor.compress(await checkIn(encodeCloudEvent(event, registry), options.claims))
    const answer = await client.post({ ...authorization, ...headers }, body).catch((error: NodeJS.ErrnoException) => {
      throw new Transient(`${url.origin} cannot be reached: ${describe(error, timeoutMs)}`)
    })
    if (answer.status >= 200 && answer.status < 300) return
    if (answer.status === 415 && compressor.refused(headers['content-encoding'])) return publish(event)
    throw toError(url, answer, options.isBroker ? [404, ...AGAIN] : AGAIN)
  }

  return { publish, close: async () => client.close() }
}

/** Leaves a large body where the receiver can fetch it (claim check). */
async function checkIn({ headers, body }: Message, claims: HttpBusOptions['claims']): Promise<Message> {
  if (claims === undefined || body.length <= claims.above) return { headers, body }
  return { headers: { ...headers, 'ce-dataref': await claims.put(body) }, body: new Uint8Array() }
}

function toError(url: URL, answer: Answer, again: readonly number[]): Permanent | Transient {
  const { status, headers } = answer
  if (status >= 300 && status < 400)
    return new Permanent(`${url} has moved (${status}) to ${headers.location ?? 'somewhere else'}: use that address`)
  const problem = problemOf(answer)
  const message = `${url.origin} answered ${status}: ${detailOf(answer, problem)}`
  if (status < 500 && !again.includes(status)) return new Permanent(message)
  return new Transient(message, retryAfter(headers['retry-after']), typeof problem?.type === 'string' ? problem.type : undefined)
}

/** A problem document (RFC 9457), as far as it can be read. */
interface Problem {
  type?: unknown
  title?: unknown
  detail?: unknown
}

function problemOf({ headers, body }: Answer): Problem | null | undefined {
  if (!headers['content-type']?.includes('json')) return undefined
  try {
    return JSON.parse(body) as Problem | null
  } catch {
    return undefined // it says it is JSON and is not: then its text is all there is to show
  }
}

/** The detail of a problem, or the beginning of what was answered. */
function detailOf({ body, status }: Answer, problem: Problem | null | undefined): string {
  const said = problem?.detail ?? problem?.title
  if (typeof said === 'string') return said
  return body.slice(0, 200).replace(/\s+/g, ' ').trim() || `no reason given (status ${status})`
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), MAX_RETRY_AFTER_MS)
}

function describe(error: NodeJS.ErrnoException, timeoutMs: number): string {
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs} ms`
  // Both addresses of a name refused: the message is empty then, the code is not.
  return error.message || error.code || error.name
}
