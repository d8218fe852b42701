import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Bus } from '#adapters/bus/port.ts'
import { LiveFeed } from '../query/live.ts'
import { StorePoll } from '../query/poll.ts'
import type { QueryPorts } from '../query/ports.ts'
import type { Adapters, Ports } from './adapters.ts'
import { log } from './apart.ts'
import { healthOf } from './health.ts'
import { licenseHealth, openDesk } from './licensing.ts'
import { PAGE } from './page-folder.ts'
import { messagesBy } from './schemas.ts'
import { openSecretsDesk } from './secrets.ts'
import { secretsFor } from './secrets-settings.ts'
import { createPages } from './server.ts'
import type { Settings } from './settings.ts'

/** `query` on its own: the API and the page. Calls that other instances stored come to its live feed from the store. */
export async function createReadSide(
  ports: Ports,
  bus: Bus,
  settings: Settings,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const { team, replayTargets, licensed, schemas } = settings
  const adapters: Omit<Adapters, 'close'> = {
    store: await ports.store(),
    state: await ports.state(),
    blobs: await ports.blobs(),
    deadLetters: await ports.deadLetters(),
  }
  const scope = { team, principal: 'user:local' }
  const live = new LiveFeed({ seesAll: false })
  const poll = new StorePoll(adapters.store, scope, live, Date.now)
  live.watching = (watched) => (watched ? poll.start() : poll.stop())
  const desk = openDesk({ state: adapters.state, bus, licensed, now: Date.now })
  const app = await createPages(
    {
      ...adapters,
      live,
      replayTargets,
      messages: messagesBy(schemas).messages,
      ...(await secretsPort(adapters.state, bus, settings)),
      resend: (_function, event) => bus.publish(event),
      scope: () => scope,
      license: () => desk.view(),
      health: async () => ({
        ...(await healthOf({ store: ports.store, state: ports.state, blobs: ports.blobs })),
        license: await licenseHealth(desk),
      }),
      now: Date.now,
    },
    PAGE,
  )
  await app.ready()
  return (request, response) => app.routing(unread(request), response)
}

/** Where secrets come in over the API, when they are taken. */
async function secretsPort(state: Adapters['state'], bus: Bus, settings: Settings): Promise<Pick<QueryPorts, 'secrets'>> {
  const options = await secretsFor(settings)
  if (!options) return {}
  const desk = openSecretsDesk({ state, bus, options, holder: randomUUID(), log, now: Date.now, source: '/functions/query' })
  return { secrets: { take: (lines) => desk.take(lines), find: (random) => desk.vault.find(random), mayExport: settings.secrets.export } }
}

/** The functions framework has read the body of a request, and Fastify reads it too: it comes once more. */
function unread(request: IncomingMessage & { rawBody?: Buffer }): IncomingMessage {
  if (!request.rawBody?.length) return request
  const { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, socket } = request
  const again = { method, url, headers, rawHeaders, httpVersion, httpVersionMajor, httpVersionMinor, socket }
  return Object.assign(Readable.from([request.rawBody], { objectMode: false }), again) as unknown as IncomingMessage
}
