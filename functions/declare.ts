import type { Event, EventType } from '#events/define.ts'

/** What a function is to the platform: from this the router, the Knative services and their triggers are made. */
export interface Declaration {
  name: string
  summary: string
  /** `event`: called with CloudEvents of the types in `consumes`. `http`: called with HTTP requests. */
  trigger: 'event' | 'http'
  consumes: readonly EventType<never>[]
  produces: readonly EventType<never>[]
  scaling: Scaling
}

export interface Scaling {
  /** Calls that one instance takes at a time. */
  concurrency: number
  /** Calls waiting in the in-process router before publishers are held back. */
  queue: number
  why: string
}

/** Handles one event. Throws `Permanent` for what will never succeed, anything else is tried again. */
export type Handler = (event: Event) => Promise<void>

/** An event type as declarations list them, whatever its data. */
export const listed = <Data>(type: EventType<Data>): EventType<never> => type as unknown as EventType<never>
