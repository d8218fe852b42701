import type { Event, EventType } from '#events/define.ts'

/** What a function is to the platform: from this the router, the Knative services and their triggers are made. */
export interface Declaration {
  name: string
  summary: string
  /**
   * `event`: called by the broker with CloudEvents of the types in `consumes`. `http`: called with HTTP requests.
   * `agents`: agents call it with CloudEvents and wait for its answer; no broker is in between. `dead-letters`: called with what the broker could not deliver.
   */
  trigger: 'event' | 'http' | 'agents' | 'dead-letters'
  consumes: readonly EventType<never>[]
  produces: readonly EventType<never>[]
  /** The function in whose process this one runs, unless each is deployed apart. */
  within?: string
  /** Wants the events of one partition key one after another, where the broker can. */
  ordered?: true
  scaling: Scaling
}

export interface Scaling {
  /** Calls that one instance takes at a time. */
  concurrency: number
  /** Calls waiting in the in-process router before publishers are held back. */
  queue: number
  /** How much of `concurrency` an instance is meant to have under way, percent: beyond, another is started. */
  utilization: number
  /** What is counted to scale: calls under way, or calls a second. */
  metric: 'concurrency' | 'rps'
  /** Most instances at a time. */
  maxScale: number
  /** Seconds that less work is watched before an instance is taken away. */
  scaleDownDelay: number
  /** Seconds that the last instance is kept after its last call. */
  retention: number
  /**
   * Seconds that one call may take. Knative gives an instance the same to end in, and half a minute of it goes by until it is told to; Kubernetes comes back to a namespace that is
   * being deleted after half of the longest.
   */
  timeout: number
  /** Kubernetes quantities. Memory is asked for and limited alike; CPU is asked for, and limited only by the node. */
  cpu: string
  memory: string
  why: string
}

/** Handles one event. Throws `Permanent` for what will never succeed, anything else is tried again. */
export type Handler = (event: Event) => Promise<void>

/** An event type as declarations list them, whatever its data. */
export const listed = <Data>(type: EventType<Data>): EventType<never> => type as unknown as EventType<never>
