import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Bus } from '#adapters/bus/port.ts'
import { LiveFeed } from '../query/live.ts'
import { StorePoll } from '../query/poll.ts'
import type { Adapters, Ports } from './adapters.ts'
import { healthOf } from './health.ts'
import { licenseHealth, openDesk } from './licensing.ts'
import { createPages } from './server.ts'
import type { Settings } from './settings.ts'

const PAGE = fileURLToPath(new URL('../../ui/dist', import.meta.url))

/** `query` on its own: the API and the page. Calls that other instances stored come to its live feed from the store. */
export async function createReadSide(
  ports: Ports,
  bus: Bus,
  { team, replayTargets, licensed }: Pick<Settings, 'team' | 'replayTargets' | 'licensed'>,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const adapters: Omit<Adapters, 'close'> = {
    store: await ports.store(),
    state: await ports.state(),
    blobs: await ports.blobs(),
    deadLetters: await ports.deadLetters(),
  }
  const scope = { team, principal: 'user:local' }
  const live = new LiveFeed()
  const poll = new StorePoll(adapters.store, scope, live, Date.now)
  live.watching = (watched) => (watched ? poll.start() : poll.stop())
  const desk = openDesk({ state: adapters.state, bus, licensed, now: Date.now })
  const app = await createPages(
    {
      ...adapters,
      live,
      replayTargets,
      resend: (_function, event) => bus.publish(event),
      scope: () => scope,
      license: () => desk.view(),
      health: async () => ({
        ...(await healthOf({ store: ports.store, state: ports.state, blobs: ports.blobs })),
        license: await licenseHealth(desk),
      }),
      now: Date.now,
    },
    process.env.SPIDER_PAGE ?? PAGE,
  )
  await app.ready()
  return (request, response) => app.routing(unread(request), response)
}

/** The functions framework has read the body of a request, and Fastify reads it too: it comes once more. */
function unread(request: IncomingMessage & { rawBody?: Buffer }): IncomingMessage {
  if (!request.rawBody?.length) return request
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, socket } = request
  const again = { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, socket }
  return Object.assign(Readable.from([request.rawBody], { objectMode: false }), again) as unknown as IncomingMessage
}
