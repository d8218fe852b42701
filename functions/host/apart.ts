import { httpBus } from '#adapters/bus/http/bus.ts'
import { retrying } from '#adapters/bus/http/retrying.ts'
import { type Bus, Permanent } from '#adapters/bus/port.ts'
import type { State } from '#adapters/state/port.ts'
import type { Event } from '#events/define.ts'
import { laneAdvanced } from '#events/lane-advanced.ts'
import { licenseUsage } from '#events/license-usage.ts'
import { rereadDue } from '#events/reread-due.ts'
import type { Handler } from '../declare.ts'
import type { Ports } from './adapters.ts'
import { announcing } from './early.ts'
import { Handlers } from './handlers.ts'
import { createIntake } from './intake.ts'
import { once } from './once.ts'
import type { SecretsOptions } from './secrets-key.ts'
import { Waker } from './sweep.ts'

export interface ApartOptions {
  team: string
  keepBody: number
  /** Where events are published to (`K_SINK`). Without one, what follows runs in this process. */
  sink: string | undefined
  chain: ReadonlySet<string>
  /** Event data above so many bytes go by the blob store. */
  claimBytes: number
  /** Secrets of TLS sessions; undefined: none are taken. */
  secrets: () => Promise<SecretsOptions | undefined>
  /** Whether a license was given: its 24-hour rule holds. */
  licensed: boolean
  now: () => number
}

export const EVENT_FUNCTIONS = ['ingest', 'sessions', 'parsing', 'tls', 'dedup', 'hosts', 'status', 'usage', 'license'] as const
export type EventFunction = (typeof EVENT_FUNCTIONS)[number]

/** The event functions, each as it runs on its own. */
export interface Apart {
  /** Takes events for one function. What it needs is opened at the first event; where that fails, it is tried again with the next. */
  handler(name: EventFunction): Handler
  /** Makes a function ready before its first event. Throws what keeps it from being ready. */
  prepare(name: EventFunction): Promise<void>
  /** Lets go of the lanes in hand; events that come from now on are for another instance. */
  stop(): void
  /** Where this instance's events go. */
  bus: Bus
}

export function createApart(ports: Ports, options: ApartOptions): Apart {
  const { team, keepBody, sink, claimBytes, licensed, secrets, now } = options
  const claims = { above: claimBytes, put: async (bytes: Uint8Array) => (await ports.blobs()).put('claims', now(), bytes) }
  const bus =
    sink === undefined
      ? inProcess((event) => handler(ofType(event))(event))
      : retrying(httpBus({ url: sink, claims, compress: false, isBroker: true }))
  const handlers = new Handlers({
    ports,
    team,
    keepBody,
    bus,
    chain: sink === undefined ? new Set(['parsing', 'dedup']) : options.chain,
    // Who watches is told by `query`, which asks the store.
    announce: () => undefined,
    announceStatus: () => undefined,
    attend: true,
    licensed,
    secrets,
    log,
    now,
  })
  const stops: (() => void)[] = []
  const make = async (name: EventFunction): Promise<Handler> => {
    if (name === 'ingest') return createIntake(waking(await handlers.ingest(), await ports.state()), bus).publish
    const handler = await handlers[name]()
    if (typeof handler === 'function') return handler
    stops.push(handler.stop)
    return handler.handle
  }
  /** In one process each lane is woken by what was taken; through a broker, which may forget, `ingest` looks after them. */
  const waking = (ingest: Handler, state: State): Handler => {
    if (sink === undefined) return ingest
    const waker = new Waker(state, bus, now)
    return async (event) => {
      await ingest(event)
      void waker.look().catch((error: Error) => log(`lanes that are behind could not be woken: ${error.message}`))
    }
  }
  const made = Object.fromEntries(EVENT_FUNCTIONS.map((name) => [name, once(() => make(name))])) as Record<
    EventFunction,
    () => Promise<Handler>
  >
  const announce = sink === undefined ? undefined : announcing(bus, now, log)
  const handler =
    (name: EventFunction): Handler =>
    async (event) => {
      if (name === 'ingest') announce?.(event)
      await (await made[name]())(event)
    }
  return {
    handler,
    prepare: async (name) => void (await made[name]()),
    stop() {
      for (const stop of stops) stop()
    },
    bus,
  }
}

/** What an instance says of itself, a line each. */
export const log = (line: string): void => void process.stderr.write(`${line}\n`)

/** Where nothing is published to: what an event is for runs before `publish` resolves. */
const inProcess = (run: (event: Event) => Promise<void>): Bus => ({ publish: run })

function ofType({ type }: Event): EventFunction {
  if (type === laneAdvanced.type) return 'sessions'
  if (type === licenseUsage.type) return 'license'
  if (type === rereadDue.type) return 'tls'
  throw new Permanent(`nobody takes ${type} here: set K_SINK to a broker`)
}
