import type { Request, Response } from '@google-cloud/functions-framework'
import { BlobsUnavailable } from '#adapters/blobs/port.ts'
import { ACCEPTED_ENCODINGS, decodeCloudEvent, UnsupportedEncoding } from '#adapters/bus/http/decode.ts'
import { Permanent, Transient } from '#adapters/bus/port.ts'
import { Fenced, Full, StateUnavailable } from '#adapters/state/port.ts'
import { InvalidDocument, StoreUnavailable } from '#adapters/store/port.ts'
import { InvalidEvent, UnknownType } from '#events/define.ts'
import { registry } from '#events/registry.ts'
import type { Handler } from '../declare.ts'

/** Fetches what an event's `dataref` names; undefined when it is gone. */
export type Claim = (reference: string) => Promise<Uint8Array | undefined>

interface Outcome {
  status: number
  type: string
  title: string
}

const outcome = (status: number, name: string, title: string): Outcome => ({ status, type: `/problems/${name}`, title })

/** What Knative's delivery acts on: 2xx is done, 4xx goes to the dead letters at once, 5xx and 429 are sent again (eventing retries 404, 408, 409, 429 and 5xx). */
export function outcomeOf(error: Error): Outcome {
  if (error instanceof UnsupportedEncoding) return outcome(415, 'content-encoding', 'Unsupported content encoding')
  if (error instanceof UnknownType) return outcome(400, 'unknown-type', 'The event is of an unknown type or version')
  if (error instanceof InvalidEvent) return outcome(400, 'invalid-event', 'The event does not fit')
  if (error instanceof Permanent || error instanceof InvalidDocument) return outcome(422, 'never', 'The event can never be handled')
  if (error instanceof Full) return outcome(503, 'full', 'The lane holds as much as it may')
  if (error instanceof Transient || error instanceof Fenced) return outcome(503, 'again', 'Try again later')
  if (error instanceof StateUnavailable) return outcome(503, 'state-unavailable', 'The shared state is away')
  if (error instanceof StoreUnavailable) return outcome(503, 'store-unavailable', 'The store is away')
  if (error instanceof BlobsUnavailable) return outcome(503, 'blobs-unavailable', 'The blob store is away')
  return outcome(500, 'failed', 'The function failed')
}

/** Hands a CloudEvent to its handler, and answers as Knative's delivery wants it: 204 when its effects are durable, else a problem document (RFC 9457). */
export async function answer(name: string, handle: Handler, claim: Claim, request: Request, response: Response): Promise<void> {
  try {
    await handle(decodeCloudEvent(withoutEncoding(request), await bodyOf(request, claim), registry))
    response.status(204).end()
  } catch (error) {
    refuse(name, error as Error, response)
  }
}

/** The headers of a request whose body the framework has decompressed: it undoes gzip, br and zstd, and leaves the header that says so. */
export function withoutEncoding({ headers }: Request): Request['headers'] {
  const { 'content-encoding': _undone, ...others } = headers
  return others
}

/** Answers with the problem that an error is. */
export function refuse(name: string, error: Error, response: Response): void {
  const { status, type, title } = outcomeOf(error)
  if (status >= 500) process.stderr.write(`${name}: ${error.message}\n`)
  if (status === 415) response.header('accept-encoding', ACCEPTED_ENCODINGS)
  if (status === 503)
    response.header('retry-after', String(Math.ceil((error instanceof Transient ? (error.retryAfterMs ?? 1000) : 1000) / 1000)))
  response
    .status(status)
    .type('application/problem+json')
    .send(JSON.stringify({ type, title, status, detail: error.message, instance: name }))
}

/** The event's data: in the body, or where `dataref` says (claim check). */
export async function bodyOf(request: Request, claim: Claim): Promise<Uint8Array> {
  const reference = request.headers['ce-dataref']
  if (typeof reference !== 'string') return request.rawBody ?? new Uint8Array()
  const bytes = await claim(reference)
  if (!bytes) throw new Permanent(`the event's data lay at ${reference}, and are there no more: they were kept too long, or never`)
  return bytes
}
