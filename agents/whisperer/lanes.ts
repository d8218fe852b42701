import type { Frame } from '#engines/packet/frame.ts'
import type { CaptureInterface } from '#engines/pcap/sink.ts'
import { SectionWriter } from '#engines/pcap/writer.ts'
import { type Micros, micros } from '#engines/time.ts'

/** A section of one lane, closed. */
export interface Batch {
  lane: number
  section: Uint8Array
  packets: number
}

export interface LaneOptions {
  lanes: number
  /** A batch is closed when its section has this many bytes … */
  batchBytes: number
  /** … or is this old, in ms. */
  batchAge: number
}

/** A lane that fell quiet is told the time after so long, ms, then after twice as long, and so on. */
const FIRST_BEAT = 2_000
const LAST_BEAT = 64_000

/** What a lane has been told of an interface, and what it left out. */
interface Tally {
  delivered: number
  overflow: number
  kernel: number
  told: string
}

/** Gathers packets into a section for each lane. */
export class Lanes {
  #options: LaneOptions
  #interfaces: readonly CaptureInterface[]
  #emit: (batch: Batch) => void
  #writers: SectionWriter[]
  #opened: number[]
  /** When each lane's last packets were closed, and when it is told the time next; infinite where it never had any. */
  #quiet: { since: number; at: Micros; next: number }[]
  #tallies: Tally[][]
  #now = 0
  #last = micros(0)

  /** @param interfaces may grow. */
  constructor(options: LaneOptions, interfaces: readonly CaptureInterface[], emit: (batch: Batch) => void) {
    this.#options = options
    this.#interfaces = interfaces
    this.#emit = emit
    this.#writers = Array.from({ length: options.lanes }, () => new SectionWriter())
    this.#opened = new Array(options.lanes).fill(0)
    this.#quiet = Array.from({ length: options.lanes }, () => ({ since: 0, at: micros(0), next: Number.POSITIVE_INFINITY }))
    this.#tallies = Array.from({ length: options.lanes }, () => [])
  }

  add(lane: number, frame: Frame): void {
    const writer = this.#writers[lane]
    const { interfaceId, at } = frame
    this.#last = at
    if (writer.packets === 0) this.#opened[lane] = this.#now
    writer.add(frame.bytes, frame.start, frame.end, frame.originalLength, at, frame.linkType, this.#interfaces[interfaceId]?.name ?? '')
    this.#tally(lane, interfaceId).delivered++
    if (writer.size >= this.#options.batchBytes) this.#close(lane)
  }

  /** A packet of this lane was dropped because what is kept has no room: told with the lane's next section. */
  overflow(lane: number, interfaceId: number): void {
    this.#tally(lane, interfaceId).overflow++
  }

  /** So many packets the kernel has dropped on an interface: it may have been any conversation's, so every lane is told. */
  kernelDrops(interfaceId: number, dropped: number): void {
    for (let lane = 0; lane < this.#writers.length; lane++) this.#tally(lane, interfaceId).kernel = dropped
  }

  /** Closes batches that have become old. `now` in ms, of any clock. */
  turn(now: number): void {
    this.#now = now
    this.#writers.forEach((writer, lane) => {
      if (writer.packets > 0 && now - this.#opened[lane] >= this.#options.batchAge) this.#close(lane)
      else if (writer.packets === 0 && now - this.#quiet[lane].since >= this.#quiet[lane].next) this.#beat(lane)
    })
  }

  /** Tells a quiet lane what time it is, so that what waits there (a call without its answer, a gap) is decided without a further packet. */
  #beat(lane: number): void {
    const quiet = this.#quiet[lane]
    const { name, linkType } = this.#interfaces[0]
    const { delivered, overflow, kernel } = this.#tally(lane, 0)
    const writer = this.#writers[lane]
    const at = micros(quiet.at + (this.#now - quiet.since) * 1000)
    writer.statistics({ accepted: delivered + overflow + kernel, droppedByKernel: kernel, delivered }, at, linkType, name)
    this.#emit({ lane, packets: 0, section: writer.finish() })
    quiet.next = quiet.next < LAST_BEAT ? quiet.next * 2 : Number.POSITIVE_INFINITY
  }

  /** Closes all batches, also those that only tell of drops. */
  flush(): void {
    for (let lane = 0; lane < this.#writers.length; lane++) this.#close(lane)
  }

  #close(lane: number): void {
    const writer = this.#writers[lane]
    const { packets } = writer
    const told = this.#tell(lane, writer)
    if (packets > 0) this.#quiet[lane] = { since: this.#now, at: this.#last, next: FIRST_BEAT }
    if (packets > 0 || told) this.#emit({ lane, packets, section: writer.finish() })
  }

  #tell(lane: number, writer: SectionWriter): boolean {
    let told = false
    this.#tallies[lane].forEach((tally, interfaceId) => {
      const now = `${tally.kernel} ${tally.overflow}`
      if (now === tally.told) return
      tally.told = now
      told = true
      const { name, linkType } = this.#interfaces[interfaceId]
      const accepted = tally.delivered + tally.overflow + tally.kernel
      writer.statistics({ accepted, droppedByKernel: tally.kernel, delivered: tally.delivered }, this.#last as Micros, linkType, name)
    })
    return told
  }

  #tally(lane: number, interfaceId: number): Tally {
    const lanes = this.#tallies[lane]
    lanes[interfaceId] ??= { delivered: 0, overflow: 0, kernel: 0, told: '0 0' }
    return lanes[interfaceId]
  }
}
