import { resolve } from 'node:path'
import * as framework from '@google-cloud/functions-framework'
import { decodeCloudEvent, UnsupportedEncoding } from '#adapters/bus/http/decode.ts'
import { Permanent, Transient } from '#adapters/bus/port.ts'
import { Fenced, Full, StateUnavailable } from '#adapters/state/port.ts'
import { type Event, InvalidEvent } from '#events/define.ts'
import { exchangeMerged } from '#events/exchange-merged.ts'
import { registry } from '#events/registry.ts'
import type { Handler } from '../declare.ts'
import { createApi } from '../query/api.ts'
import { LiveFeed } from '../query/live.ts'
import { createApart } from './apart.ts'
import { type Adapters, openEmbedded } from './embedded.ts'

/** Each function alone, served by the functions framework: `FUNCTION_TARGET=parsing npx functions-framework`. */

const TEAM = 'local'
const KEEP_BODY = 1 << 20
const EVENT_FUNCTIONS = ['ingest', 'sessions', 'parsing', 'dedup', 'hosts', 'status'] as const

let opened: Promise<Adapters> | undefined
const adapters = (): Promise<Adapters> => {
  opened ??= openEmbedded(resolve(process.env.SPIDER_DATA ?? 'data'))
  return opened
}

let handlers: Promise<Record<string, Handler>> | undefined
const handler = async (name: string): Promise<Handler> => {
  handlers ??= adapters().then((ports) => createApart(ports, { team: TEAM, keepBody: KEEP_BODY, sink: process.env.K_SINK }))
  return (await handlers)[name]
}

/** What Knative's delivery acts on: 2xx is done, 4xx goes to the dead letters, 503 is sent again. */
function problemOf(error: Error): { status: number; title: string } {
  if (error instanceof UnsupportedEncoding) return { status: 415, title: 'Unsupported content encoding' }
  if (error instanceof InvalidEvent) return { status: 400, title: 'The event does not fit' }
  if (error instanceof Permanent) return { status: 422, title: 'The event can never be handled' }
  if (error instanceof Transient || error instanceof Full || error instanceof Fenced || error instanceof StateUnavailable)
    return { status: 503, title: 'Try again later' }
  return { status: 500, title: 'The function failed' }
}

/** Hands a CloudEvent to its handler, and answers as Knative's delivery wants it. */
async function answer(
  name: string,
  handle: (event: Event) => Promise<void>,
  request: framework.Request,
  response: framework.Response,
): Promise<void> {
  try {
    await handle(decodeCloudEvent(request.headers, request.rawBody ?? new Uint8Array(), registry))
    response.status(204).end()
  } catch (error) {
    const { status, title } = problemOf(error as Error)
    const detail = (error as Error).message
    if (status >= 500) process.stderr.write(`${name}: ${detail}\n`)
    response
      .status(status)
      .type('application/problem+json')
      .send(JSON.stringify({ type: 'about:blank', title, status, detail }))
  }
}

for (const name of EVENT_FUNCTIONS) {
  framework.http(name, (request, response) => answer(name, async (event) => (await handler(name))(event), request, response))
}

const live = new LiveFeed()

/** The live feed of this instance: calls that `dedup` has stored elsewhere. */
const feed = async (event: Event): Promise<void> => {
  if (event.type !== exchangeMerged.type) throw new Permanent(`query takes ${exchangeMerged.type}, not ${event.type}`)
  for (const document of exchangeMerged.check(event.data).exchanges) live.offerDocument(document)
}

const api = async () => {
  const ports = await adapters()
  const app = await createApi({
    ...ports,
    live,
    resend: async (name, event) => (await handler(name))(event),
    scope: () => ({ team: TEAM, principal: 'user:local' }),
    health: async () => ({}),
    now: Date.now,
  })
  await app.ready()
  return app
}

let query: ReturnType<typeof api> | undefined
framework.http('query', async (request, response) => {
  if (request.headers['ce-type'] !== undefined) return answer('query', feed, request, response)
  query ??= api()
  ;(await query).routing(request, response)
})
