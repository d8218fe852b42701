import type { Event } from '#events/define.ts'

/** Takes events from functions and agents, and hands each to the functions whose trigger wants its type. */
export interface Bus {
  /** Resolves when the event is accepted, and then it is handled at least once. Rejects with `Transient` when it cannot be taken now (full), `Permanent` when never. */
  publish(event: Event): Promise<void>
}

/** What never will succeed: the event goes to the dead letters at once. Its `problem` is for people (RFC 9457 `detail`). */
export class Permanent extends Error {
  override name = 'Permanent'
}

/** Type of the problem (RFC 9457) with which packets and secrets are refused while the license has stopped capture. */
export const LICENSE_STOPPED = '/problems/license-stopped'

/** What may succeed later: tried again with back-off. */
export class Transient extends Error {
  override name = 'Transient'
  readonly retryAfterMs: number | undefined
  /** Type of the problem (RFC 9457), where it was told. */
  readonly problem: string | undefined
  constructor(message: string, retryAfterMs?: number, problem?: string) {
    super(message)
    this.retryAfterMs = retryAfterMs
    this.problem = problem
  }
}

export interface DeadLetter {
  id: string
  /** ISO 8601. */
  time: string
  event: { id: string; type: string; source: string; subject: string | undefined; bytes: number }
  function: string
  reason: string
  attempts: number
}

/** The dead letters: what kept failing, with its reason, to be looked at and sent again. */
export interface DeadLetters {
  keep(event: Event, func: string, reason: string, attempts: number): Promise<void>
  list(): Promise<DeadLetter[]>
  /** Takes the event out, for sending again. Undefined when there is none of that id. */
  take(id: string): Promise<{ event: Event; function: string } | undefined>
}
