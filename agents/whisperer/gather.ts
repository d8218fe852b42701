import type { OwnEndpoint } from '#adapters/capture/port.ts'
import { dnsAnswers } from '#engines/dns/answers.ts'
import { parseIp } from '#engines/packet/address.ts'
import { type Frame, SYN } from '#engines/packet/frame.ts'
import { LaneSplitter } from '#engines/packet/splitter.ts'
import type { CaptureInterface } from '#engines/pcap/sink.ts'
import type { Micros } from '#engines/time.ts'
import { type Batch, type LaneOptions, Lanes } from './lanes.ts'
import { Overflow } from './overflow.ts'
import { Held } from './own/held.ts'
import { type OwnPlaces, OwnTraffic } from './own/traffic.ts'

/** What was learned of names in passing. */
export interface Learned {
  names: { ip: string; name: string; ttl: number }[]
  /** Addresses seen, each once. */
  addresses: string[]
}

export interface Gathered {
  packets: number
  bytes: number
  /** Left out: not IP, and Spider's own. */
  filtered: number
  /** Spider's own among those. */
  own: number
  overflow: { packets: number; bytes: number; conversations: number }
}

const DNS_PORTS = [53, 5353, 5355]
const MOST_ADDRESSES = 65_536
const MOST_LEARNED = 1000
/** Connections open before the capture show no SYN: one packet in so many is looked at instead. */
const SAMPLE = 256

/** From packets to batches of lanes: leaves out what is not ours to show, and learns names in passing. */
export class Gatherer {
  readonly lanes: Lanes
  readonly overflow = new Overflow()
  packets = 0
  bytes = 0
  filtered = 0
  own = 0
  #places: OwnTraffic | undefined
  #held: Held | undefined
  #splitter: LaneSplitter
  #exclude: { port: number; addresses: number[][] }[]
  #seen = new Set<number | string>()
  #learned: Learned = { names: [], addresses: [] }

  constructor(
    options: LaneOptions,
    interfaces: readonly CaptureInterface[],
    exclude: readonly OwnEndpoint[],
    emit: (batch: Batch) => void,
  ) {
    this.lanes = new Lanes(options, interfaces, emit)
    this.#splitter = new LaneSplitter(options.lanes, (lane, frame) => this.#take(lane, frame))
    this.#exclude = exclude.map(({ port, addresses }) => ({ port, addresses: addresses.map(parseIp) }))
  }

  /** The arguments of `CaptureSink.packet`. */
  packet(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void {
    this.packets++
    this.bytes += originalLength
    if (this.#held?.add(bytes, start, end, originalLength, at, linkType, interfaceId)) return
    if (this.#held) this.#release()
    this.#splitter.packet(bytes, start, end, originalLength, at, linkType, interfaceId)
  }

  /** Closes batches that have become old. `now` in ms, of any clock. A lane is not told the time while older packets wait. */
  turn(now: number): void {
    if (!this.#held) this.lanes.turn(now)
  }

  /** Where Spider runs now: what is its own is left out. While one of its pods has no address yet packets wait for that. */
  ownPlaces({ isStarting, ...places }: OwnPlaces): void {
    this.#places = new OwnTraffic(places)
    if (!isStarting) this.#release()
    else if (!this.#held) {
      this.lanes.flush()
      this.#held = new Held()
    }
  }

  flush(): void {
    this.#release()
    this.#splitter.flush()
    this.lanes.flush()
  }

  get counters(): Gathered {
    const { packets, bytes, conversations } = this.overflow
    return { packets: this.packets, bytes: this.bytes, filtered: this.filtered, own: this.own, overflow: { packets, bytes, conversations } }
  }

  /** What was learned since the last call; undefined: nothing. */
  learned(): Learned | undefined {
    const learned = this.#learned
    if (learned.names.length === 0 && learned.addresses.length === 0) return undefined
    this.#learned = { names: [], addresses: [] }
    return learned
  }

  #take(lane: number, frame: Frame): void {
    const isOwn = this.#isOwn(frame)
    if (isOwn) this.own++
    if (isOwn || frame.version === 0) {
      this.filtered++
      return
    }
    if (frame.isUdp && (DNS_PORTS.includes(frame.sourcePort) || DNS_PORTS.includes(frame.targetPort))) this.#names(frame)
    if ((frame.flags & SYN) !== 0 || this.packets % SAMPLE === 0) this.#addresses(frame)
    if (this.overflow.drops(frame)) this.lanes.overflow(lane, frame.interfaceId)
    else this.lanes.add(lane, frame)
  }

  /** The kernel's filter does not see through every tag and tunnel; the decoder does. */
  #isOwn(frame: Frame): boolean {
    if (frame.version !== 0 && this.#places?.has(frame)) return true
    if (!frame.isTcp) return false
    for (const { port, addresses } of this.#exclude) {
      if (frame.sourcePort === port && isOne(addresses, frame.source0, frame.source1, frame.source2, frame.source3)) return true
      if (frame.targetPort === port && isOne(addresses, frame.target0, frame.target1, frame.target2, frame.target3)) return true
    }
    return false
  }

  #release(): void {
    const held = this.#held
    this.#held = undefined
    held?.release(({ bytes, originalLength, at, linkType, interfaceId }) =>
      this.#splitter.packet(bytes, 0, bytes.length, originalLength, at, linkType, interfaceId),
    )
  }

  #names(frame: Frame): void {
    const { names } = this.#learned
    for (const answer of dnsAnswers(frame.bytes, frame.payload, frame.payloadEnd)) if (names.length < MOST_LEARNED) names.push(answer)
  }

  #addresses(frame: Frame): void {
    const { addresses } = this.#learned
    if (this.#seen.size >= MOST_ADDRESSES || addresses.length >= MOST_LEARNED) return
    const source = frame.version === 4 ? frame.source3 : frame.sourceIp()
    const target = frame.version === 4 ? frame.target3 : frame.targetIp()
    if (!this.#seen.has(source)) addresses.push(frame.sourceIp())
    if (!this.#seen.has(target)) addresses.push(frame.targetIp())
    this.#seen.add(source).add(target)
  }
}

const isOne = (addresses: number[][], a: number, b: number, c: number, d: number): boolean =>
  addresses.length === 0 || addresses.some((words) => words[0] === a && words[1] === b && words[2] === c && words[3] === d)
