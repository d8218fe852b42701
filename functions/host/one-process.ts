import { createRouter, type Router } from '#adapters/bus/in-process/router.ts'
import type { Declaration, Handler } from '../declare.ts'
import { declaration as hosts } from '../hosts/declaration.ts'
import { Sweep } from '../lane/sweep.ts'
import { declaration as license } from '../license/declaration.ts'
import { LiveFeed } from '../query/live.ts'
import type { SecretsDesk } from '../secrets/desk.ts'
import { REREAD } from '../secrets/rereads.ts'
import { declaration as sessions } from '../sessions/declaration.ts'
import { declaration as status } from '../status/declaration.ts'
import { declaration as tls } from '../tls/declaration.ts'
import { declaration as usage } from '../usage/declaration.ts'
import type { Adapters } from './adapters.ts'
import { Handlers } from './handlers.ts'
import { createIntake, type Intake } from './intake.ts'
import type { SecretsOptions } from './secrets-key.ts'

export interface OneProcess {
  /** Takes agents' events. */
  intake: Intake
  router: Router
  live: LiveFeed
  /** Where key logs come in; undefined: secrets are not taken. */
  secrets: SecretsDesk | undefined
  /** Takes the calls of archives, which come from no packets. */
  archives: Awaited<ReturnType<Handlers['archives']>>
  /** Everything that was taken in is in the store when it resolves. */
  drained(): Promise<void>
  /** Ends the work in order; what was not drained is done at the next start. */
  close(): Promise<void>
}

/** All functions in one process: `sessions`, `parsing` and `dedup` as a chain of calls, the others by events through a router. */
export async function createOneProcess(
  { store, state, blobs, deadLetters, close }: Adapters,
  options: {
    team: string
    keepBody: number
    log: (message: string) => void
    licensed?: boolean
    secrets?: SecretsOptions
    now?: () => number
  },
): Promise<OneProcess> {
  const { team, keepBody, log, licensed = false, secrets, now = Date.now } = options
  const router = createRouter({ deadLetters, log })
  const live = new LiveFeed()
  const handlers = new Handlers({
    ports: {
      store: async () => store,
      state: async () => state,
      blobs: async () => blobs,
      deadLetters: async () => deadLetters,
      isOpen: () => true,
      close,
    },
    team,
    keepBody,
    bus: router,
    chain: new Set(['parsing', 'dedup']),
    announce: (documents) => live.offer(documents),
    attend: false,
    licensed,
    secrets: async () => secrets,
    log,
    announceStatus: (document) => live.offerStatus(document),
    now,
  })
  const subscribe = ({ name, consumes, scaling }: Declaration, handler: Handler): void =>
    router.subscribe(
      name,
      consumes.map(({ type }) => type),
      handler,
      { concurrency: scaling.concurrency, maxQueue: scaling.queue },
    )
  const rebuilding = await handlers.sessions()
  subscribe(sessions, rebuilding.handle)
  subscribe(hosts, await handlers.hosts())
  subscribe(status, await handlers.status())
  subscribe(usage, await handlers.usage())
  const rereading = await handlers.tls()
  subscribe(tls, rereading.handle)
  subscribe(license, await handlers.license())
  const drain = (lane: string): Promise<void> => (lane.startsWith(REREAD) ? rereading : rebuilding).drain(lane)
  const sweep = new Sweep(state, drain, (lane, error) => log(`lane ${lane}: ${error.message}`))
  sweep.start()
  const intake = createIntake(await handlers.ingest(), router)
  return {
    intake,
    router,
    live,
    secrets: await handlers.secretsDesk('/functions/query'),
    archives: await handlers.archives(),
    async drained() {
      await router.drained()
      await sweep.once()
      await router.drained()
    },
    async close() {
      await sweep.stop()
      await router.drained()
      await router.close()
    },
  }
}
