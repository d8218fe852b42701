import { MessageChannel, Worker } from 'node:worker_threads'
import { CaptureRefused, type LiveOptions } from '#adapters/capture/port.ts'
import type { Learned } from './gather.ts'
import type { Batch, LaneOptions } from './lanes.ts'
import type { OwnPlaces } from './own/traffic.ts'
import { type Counters, FILL, type Limit, type Message, MILLION, STOP, type Task } from './protocol.ts'

export interface LiveEvents {
  batch(batch: Batch): void
  learned(learned: Learned): void
  /** An interface has gone; `all`: the last one. */
  failed(message: string, all: boolean): void
  /** The last batch has come: it was stopped, or its limit is reached. */
  ended(): void
}

const NOTHING: Counters = {
  packets: 0,
  bytes: 0,
  filtered: 0,
  own: 0,
  overflow: { packets: 0, bytes: 0, conversations: 0 },
  dropped: 0,
  droppedByInterface: 0,
}

/** The capture in a thread of its own, seen from outside. */
export class Live {
  counters = NOTHING
  #control = new Int32Array(new SharedArrayBuffer(8))
  #own = new MessageChannel()
  #events: LiveEvents
  #worker: Worker | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(events: LiveEvents) {
    this.#events = events
  }

  /** Resolves when packets are captured. Throws `CaptureRefused`. */
  start(module: string, live: LiveOptions, lanes: LaneOptions, limit: Limit): Promise<void> {
    const own = this.#own.port2
    const task: Task = { module, live, lanes, limit, control: this.#control.buffer as SharedArrayBuffer, own }
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task, transferList: [own], name: 'capture' })
    this.#worker = worker
    this.#ended = new Promise((resolve) => worker.once('exit', () => resolve()))
    void this.#ended.then(() => this.#own.port1.close())
    return new Promise((resolve, reject) => {
      worker.on('message', (message: Message) => {
        if (message.kind === 'started') resolve()
        else if (message.kind === 'refused') reject(new CaptureRefused(message.message, message.refusedFor))
        else this.#receive(message)
      })
      worker.once('error', (error: Error) => {
        reject(error)
        this.#events.failed(`the capture has ended: ${error.message}`, true)
      })
    })
  }

  /** How much of what may be kept is taken, 0 … 1: near 1 the thread drops conversations. */
  set fill(share: number) {
    Atomics.store(this.#control, FILL, Math.round(Math.min(1, share) * MILLION))
  }

  /** Where Spider runs: what it says itself is left out from now on. */
  set ownPlaces(places: OwnPlaces) {
    this.#own.port1.postMessage(places)
  }

  /** Resolves when the last batch has come. */
  async stop(): Promise<void> {
    Atomics.store(this.#control, STOP, 1)
    if (this.#worker) await this.#ended
  }

  #receive(message: Exclude<Message, { kind: 'started' | 'refused' }>): void {
    if (message.kind === 'batch') this.#events.batch(message.batch)
    else if (message.kind === 'learned') this.#events.learned(message.learned)
    else if (message.kind === 'failed') this.#events.failed(message.message, message.all)
    else {
      this.counters = message.counters
      if (message.kind === 'stopped') this.#events.ended()
    }
  }
}
