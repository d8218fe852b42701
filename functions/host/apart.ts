import { httpBus } from '#adapters/bus/http/bus.ts'
import { retrying } from '#adapters/bus/http/retrying.ts'
import { type Bus, Permanent } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exchangeMerged } from '#events/exchange-merged.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import type { Handler } from '../declare.ts'
import type { Ports } from './adapters.ts'
import { Handlers } from './handlers.ts'
import { createIntake } from './intake.ts'

export interface ApartOptions {
  team: string
  keepBody: number
  /** Where events are published to (`K_SINK`). Without one, what follows runs in this process. */
  sink: string | undefined
  chain: ReadonlySet<string>
  /** Event data above so many bytes go by the blob store. */
  claimBytes: number
  now: () => number
}

export const EVENT_FUNCTIONS = ['ingest', 'sessions', 'parsing', 'dedup', 'hosts', 'status'] as const
export type EventFunction = (typeof EVENT_FUNCTIONS)[number]

/** The event functions, each as it runs on its own. */
export interface Apart {
  /** Takes events for one function. What it needs is opened at the first event; where that fails, it is tried again with the next. */
  handler(name: EventFunction): Handler
  /** Where this instance's events go. */
  bus: Bus
}

export function createApart(ports: Ports, options: ApartOptions): Apart {
  const { team, keepBody, sink, claimBytes, now } = options
  const claims = { above: claimBytes, put: async (bytes: Uint8Array) => (await ports.blobs()).put('claims', now(), bytes) }
  const bus =
    sink === undefined ? inProcess((event) => handler(ofType(event))(event)) : retrying(httpBus({ url: sink, claims, compress: false }))
  const handlers = new Handlers({
    ports,
    team,
    keepBody,
    bus,
    chain: sink === undefined ? new Set(['parsing', 'dedup']) : options.chain,
    announce: (documents) => {
      if (sink !== undefined && documents.length > 0) void publishMerged(bus, documents, now())
    },
    announceStatus: () => undefined,
    now,
  })
  const made = new Map<EventFunction, Promise<Handler>>()
  const make = async (name: EventFunction): Promise<Handler> => {
    if (name === 'ingest') return createIntake(await handlers.ingest(), bus).publish
    const handler = await handlers[name]()
    return typeof handler === 'function' ? handler : handler.handle
  }
  const handler =
    (name: EventFunction): Handler =>
    async (event) => {
      let making = made.get(name)
      if (!making) {
        making = make(name)
        made.set(name, making)
        making.catch(() => made.delete(name))
      }
      await (await making)(event)
    }
  return { handler, bus }
}

/** Where nothing is published to: what an event is for runs before `publish` resolves. */
const inProcess = (run: (event: Event) => Promise<void>): Bus => ({ publish: run })

function ofType({ type }: Event): EventFunction {
  if (type === laneAdvanced.type) return 'sessions'
  throw new Permanent(`nobody takes ${type} here: set K_SINK to a broker`)
}

/** Who watches may miss a call that the store has: nothing rests on this event. */
async function publishMerged(bus: Bus, documents: readonly string[], now: number): Promise<void> {
  const exchanges = documents.map((json) => JSON.parse(json) as ExchangeDocument)
  const attributes = { id: `${exchanges[0].event.id}/${now}`, time: new Date(now).toISOString() }
  await bus.publish(exchangeMerged.make('/functions/dedup', { exchanges }, attributes)).catch((error: Error) => {
    process.stderr.write(`exchange.merged was not published: ${error.message}\n`)
  })
}
