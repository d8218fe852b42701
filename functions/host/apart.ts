import { randomUUID } from 'node:crypto'
import { httpBus } from '#adapters/bus/http/bus.ts'
import type { Bus } from '#adapters/bus/port.ts'
import { loadCodecs } from '#adapters/crypto/codecs.ts'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exchangeMerged } from '#events/exchange-merged.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import type { Handler } from '../declare.ts'
import { dedup } from '../dedup/handler.ts'
import { Merger } from '../dedup/merger.ts'
import { Observers } from '../dedup/observers.ts'
import { hosts } from '../hosts/handler.ts'
import { ingest } from '../ingest/handler.ts'
import { LaneKeeper } from '../lane/keeper.ts'
import { SectionCache } from '../lane/sections.ts'
import { createParsing } from '../parsing/handler.ts'
import { ParsingLane } from '../parsing/lane.ts'
import { HostNames } from '../parsing/names.ts'
import { ExchangePublisher } from '../parsing/publisher.ts'
import { createSessions } from '../sessions/handler.ts'
import { StreamPublisher } from '../sessions/publisher.ts'
import { status } from '../status/handler.ts'
import { ParsingChain } from './chain.ts'
import type { Adapters } from './embedded.ts'

export interface ApartOptions {
  team: string
  keepBody: number
  /** Where events are published to (`K_SINK`). Without one, what follows in the chain runs in this process. */
  sink: string | undefined
}

/** The handlers of the event functions, each as it runs on its own. */
export async function createApart(adapters: Adapters, { team, keepBody, sink }: ApartOptions): Promise<Record<string, Handler>> {
  const { store, state, blobs } = adapters
  const now = Date.now
  const holder = randomUUID()
  const names = new HostNames(state, now)
  const sections = new SectionCache(blobs)
  const observers = new Observers(state)
  const lanePorts = { blobs, codecs: await loadCodecs(), names, limits: { keepBody }, team, now }
  const bus = sink === undefined ? undefined : httpBus({ url: sink })
  const announce = (documents: readonly string[]): void => {
    if (bus && documents.length > 0) void publishMerged(bus, documents, now())
  }
  const merger = (): Merger => new Merger({ store, state, announce }, observers, team)
  const keeper = new LaneKeeper<ParsingLane>({
    state,
    holder,
    open: async (_lane, checkpoints) => new ParsingLane(lanePorts, merger(), checkpoints),
  })
  const parsing = createParsing({
    ...lanePorts,
    state,
    holder,
    exchanges: (lane) => (bus ? new ExchangePublisher(bus, lane, now) : merger()),
  })
  const sessions = createSessions({
    state,
    store,
    sections,
    team,
    holder,
    names: names.lookup,
    refresh: () => names.refresh(),
    streams: (lane) => (bus ? new StreamPublisher(bus, lane, now) : new ParsingChain(keeper, lane)),
  })
  const local: Bus = { publish: async (event: Event) => (event.type === laneAdvanced.type ? sessions.handle(event) : undefined) }
  return {
    ingest: ingest({ state, blobs, bus: bus ?? local, sections, team, now }),
    sessions: sessions.handle,
    parsing: parsing.handle,
    dedup: dedup({ store, state, team, announce }),
    hosts: hosts({ store, state, team }),
    status: status({ store, team, announce: () => undefined }),
  }
}

/** The live feed may miss a call that the store has: nothing rests on this event. */
async function publishMerged(bus: Bus, documents: readonly string[], now: number): Promise<void> {
  const exchanges = documents.map((json) => JSON.parse(json) as ExchangeDocument)
  const attributes = { id: `${exchanges[0].event.id}/${now}`, time: new Date(now).toISOString() }
  await bus.publish(exchangeMerged.make('/functions/dedup', { exchanges }, attributes)).catch((error: Error) => {
    process.stderr.write(`exchange.merged was not published: ${error.message}\n`)
  })
}
