import type { Request, Response } from '@google-cloud/functions-framework'
import { ACCEPTED_ENCODINGS, decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { Permanent } from '#adapters/bus/port.ts'
import { registry } from '#events/registry.ts'
import type { Handler } from '../declare.ts'
import { outcomeOf, retryAfterOf } from './problems.ts'
import { checkSource } from './sources.ts'

/** Fetches what an event's `dataref` names; undefined when it is gone. */
export type Claim = (reference: string) => Promise<Uint8Array | undefined>

/** Hands a CloudEvent to its handler, and answers as Knative's delivery wants it: 204 when its effects are durable, else a problem document (RFC 9457). */
export async function answer(name: string, handle: Handler, claim: Claim, request: Request, response: Response): Promise<void> {
  try {
    const event = decodeCloudEvent(withoutEncoding(request), await bodyOf(request, claim), registry)
    checkSource(event)
    await handle(event)
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
  if (status === 503) response.header('retry-after', retryAfterOf(error))
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
