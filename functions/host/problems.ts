import { BlobsUnavailable } from '#adapters/blobs/port.ts'
import { UnsupportedEncoding } from '#adapters/bus/http/decode.ts'
import { Permanent, Transient } from '#adapters/bus/port.ts'
import { Fenced, Full, StateUnavailable } from '#adapters/state/port.ts'
import { InvalidDocument, StoreUnavailable } from '#adapters/store/port.ts'
import { InvalidEvent, TooLarge, UnknownSource, UnknownType, UnknownVersion } from '#events/define.ts'
import { LicenseStopped } from '../license/standing.ts'

/** What is answered instead of 2xx: a problem document (RFC 9457) without its detail. */
export interface Outcome {
  status: number
  type: string
  title: string
}

/** Kinds of errors, the special before the general. What may succeed later is 503 or 500, what never will 4xx. */
const OUTCOMES: readonly [kind: abstract new (...given: never[]) => Error, status: number, name: string, title: string][] = [
  [UnsupportedEncoding, 415, 'content-encoding', 'Unsupported content encoding'],
  [TooLarge, 413, 'too-large', 'The event is too large'],
  [UnknownType, 400, 'unknown-type', 'The event is of an unknown type'],
  [UnknownVersion, 400, 'unknown-version', 'The event is of an unknown version'],
  [UnknownSource, 403, 'unknown-source', 'The event is from an unknown source'],
  [InvalidEvent, 400, 'invalid-event', 'The event does not fit'],
  [Permanent, 422, 'never', 'The event can never be handled'],
  [InvalidDocument, 422, 'never', 'The event can never be handled'],
  [Full, 503, 'full', 'The lane holds as much as it may'],
  [LicenseStopped, 503, 'license-stopped', 'The license has stopped capture and parsing'],
  [Transient, 503, 'again', 'Try again later'],
  [Fenced, 503, 'again', 'Try again later'],
  [StateUnavailable, 503, 'state-unavailable', 'The shared state is away'],
  [StoreUnavailable, 503, 'store-unavailable', 'The store is away'],
  [BlobsUnavailable, 503, 'blobs-unavailable', 'The blob store is away'],
]

/** What Knative's delivery acts on: 2xx is done, 4xx goes to the dead letters at once, 5xx and 429 are sent again (eventing retries 404, 408, 409, 429 and 5xx). */
export function outcomeOf(error: Error): Outcome {
  const found = OUTCOMES.find(([kind]) => error instanceof kind)
  if (!found) return { status: 500, type: '/problems/failed', title: 'The function failed' }
  const [, status, name, title] = found
  return { status, type: `/problems/${name}`, title }
}

/** Seconds until it is worth while to try again: the value of `Retry-After`. */
export const retryAfterOf = (error: Error): string =>
  String(Math.max(1, Math.ceil((error instanceof Transient ? (error.retryAfterMs ?? 1000) : 1000) / 1000)))
