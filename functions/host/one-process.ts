import { randomUUID } from 'node:crypto'
import { createRouter, type Router } from '#adapters/bus/in-process/router.ts'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { Declaration, Handler } from '../declare.ts'
import { Merger } from '../dedup/merger.ts'
import { Observers } from '../dedup/observers.ts'
import { declaration as hostsDeclaration } from '../hosts/declaration.ts'
import { hosts } from '../hosts/handler.ts'
import { ingest } from '../ingest/handler.ts'
import { LaneKeeper } from '../lane/keeper.ts'
import { SectionCache } from '../lane/sections.ts'
import { Sweep } from '../lane/sweep.ts'
import { ParsingLane } from '../parsing/lane.ts'
import { HostNames } from '../parsing/names.ts'
import { LiveFeed } from '../query/live.ts'
import { declaration as sessionsDeclaration } from '../sessions/declaration.ts'
import { createSessions } from '../sessions/handler.ts'
import { declaration as statusDeclaration } from '../status/declaration.ts'
import { status } from '../status/handler.ts'
import { ParsingChain } from './chain.ts'
import type { Adapters } from './embedded.ts'
import { createIntake, type Intake } from './intake.ts'

export interface OneProcess {
  /** Takes agents' events. */
  intake: Intake
  router: Router
  live: LiveFeed
  /** Everything that was taken in is in the store when it resolves. */
  drained(): Promise<void>
  /** Ends the work in order; what was not drained is done at the next start. */
  close(): Promise<void>
}

/** All functions in one process: `sessions`, `http` and `dedup` as a chain of calls, the others by events through a router. */
export async function createOneProcess(
  adapters: Adapters,
  options: { team: string; keepBody: number; log: (message: string) => void; now?: () => number },
): Promise<OneProcess> {
  const { store, state, blobs, deadLetters } = adapters
  const { team, log, now = Date.now } = options
  const holder = randomUUID()
  const codecs = await loadCodecs()
  const router = createRouter({ deadLetters, log })
  const live = new LiveFeed()
  const sections = new SectionCache(blobs)
  const names = new HostNames(state, now)
  const observers = new Observers(state)
  const keeper = new LaneKeeper<ParsingLane>({
    state,
    holder,
    open: async (_lane, checkpoints) => {
      const merger = new Merger({ store, state, announce: (documents) => live.offer(documents) }, observers, team)
      return new ParsingLane({ blobs, codecs, names, team, now, limits: { keepBody: options.keepBody } }, merger, checkpoints)
    },
  })
  const sessions = createSessions({
    state,
    store,
    sections,
    team,
    holder,
    names: names.lookup,
    refresh: () => names.refresh(),
    streams: (lane) => new ParsingChain(keeper, lane),
  })
  const subscribe = ({ name, consumes, scaling }: Declaration, handler: Handler): void =>
    router.subscribe(
      name,
      consumes.map(({ type }) => type),
      handler,
      { concurrency: scaling.concurrency, maxQueue: scaling.queue },
    )
  subscribe(sessionsDeclaration, sessions.handle)
  subscribe(hostsDeclaration, hosts({ store, state, team }))
  subscribe(statusDeclaration, status({ store, team, announce: (document) => live.offerStatus(document) }))
  const sweep = new Sweep(state, sessions.drain, (lane, error) => log(`lane ${lane}: ${error.message}`))
  sweep.start()
  const intake = createIntake(ingest({ state, blobs, bus: router, sections, team, now }), router)
  return {
    intake,
    router,
    live,
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
