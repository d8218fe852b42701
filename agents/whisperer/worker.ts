import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { CaptureRefused, type LiveCapture, type OpenLive } from '#adapters/capture/port.ts'
import type { CaptureInterface } from '#engines/pcap/sink.ts'
import { Gatherer } from './gather.ts'
import type { OwnPlaces } from './own/traffic.ts'
import { type Counters, FILL, type Message, MILLION, STOP, type Task } from './protocol.ts'

/** The kernel keeps a block of packets this long (ms) before we see it: after "stop" it is waited for. */
const LAST_BLOCK = 80
const COUNT_EVERY = 1000

const task = workerData as Task
const control = new Int32Array(task.control)
const say = (message: Message, transfer: ArrayBuffer[] = []): void => parentPort?.postMessage(message, transfer)

const interfaces: CaptureInterface[] = []
const gatherer = new Gatherer(task.lanes, interfaces, task.live.exclude, (batch) => {
  say({ kind: 'batch', batch }, [batch.section.buffer as ArrayBuffer])
})
let capture: LiveCapture | undefined
const { time: mostTime = Number.POSITIVE_INFINITY, size: mostBytes = Number.POSITIVE_INFINITY } = task.limit
const begun = performance.now()
let counted = 0
let gone = 0
let stopAt: number | undefined

const count = (): Counters => {
  const sums = { dropped: 0, droppedByInterface: 0 }
  interfaces.forEach((_, id) => {
    const { dropped, droppedByInterface } = capture!.counters(id)
    sums.dropped += dropped
    sums.droppedByInterface += droppedByInterface
    gatherer.lanes.kernelDrops(id, dropped)
  })
  return { ...gatherer.counters, ...sums }
}

const turn = (): void => {
  if (!capture) return
  const now = performance.now()
  gatherer.overflow.pressure(Atomics.load(control, FILL) / MILLION)
  for (let told = receiveMessageOnPort(task.own); told; told = receiveMessageOnPort(task.own)) gatherer.ownPlaces(told.message as OwnPlaces)
  gatherer.turn(now)
  if (now - counted >= COUNT_EVERY) {
    counted = now
    say({ kind: 'counters', counters: count() })
    const learned = gatherer.learned()
    if (learned) say({ kind: 'learned', learned })
  }
  if (Atomics.load(control, STOP) === 1 || now - begun >= mostTime) stopAt ??= now + LAST_BLOCK
  if (gatherer.bytes >= mostBytes || (stopAt !== undefined && now >= stopAt)) stop()
}

const stop = (): void => {
  const counters = count()
  capture?.close()
  capture = undefined
  gatherer.flush()
  const learned = gatherer.learned()
  if (learned) say({ kind: 'learned', learned })
  say({ kind: 'stopped', counters: { ...counters, ...gatherer.counters } })
}

const failed = (_: number, message: string): void => {
  gone++
  say({ kind: 'failed', message, all: gone === interfaces.length })
}

try {
  const { openLive } = (await import(task.module)) as { openLive: OpenLive }
  capture = openLive(task.live, { packet: gatherer.packet.bind(gatherer), turn, failed })
  interfaces.push(...capture.interfaces)
  say({ kind: 'started', interfaces })
} catch (error) {
  if (!(error instanceof CaptureRefused)) throw error
  say({ kind: 'refused', message: error.message, refusedFor: error.refusedFor })
}
