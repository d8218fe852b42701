import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { decodeCloudEvent } from '#adapters/bus/http/decode.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import type { CaptureStatistics } from '#engines/pcap/sink.ts'
import type { Event } from '#events/define.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { HostsResolved } from '#events/hosts-resolved.ts'
import { isEndOfCapture } from '#events/packets-captured.ts'
import { registry } from '#events/registry.ts'

/** A status, with what Retry-After says; undefined: accepted. */
export type Answer = { status: number; retryAfter?: number; afterMs?: number } | undefined

/** A server that takes events, and remembers them in the order of their coming. */
export class Receiver {
  /** Accepted events; one sent twice is there twice. */
  readonly events: Event[] = []
  tries = 0
  answer: (event: Event) => Answer = () => undefined
  #server: http.Server | undefined
  port = 0

  /** @param port the same again after `stop`. */
  async start(port = this.port): Promise<void> {
    this.#server = http.createServer(async (request, response) => {
      const body = Buffer.concat(await request.toArray())
      const event = decodeCloudEvent(request.headers, body, registry)
      this.tries++
      const answer = this.answer(event)
      if (answer?.afterMs) await new Promise((resolve) => setTimeout(resolve, answer.afterMs))
      if (!answer || answer.status < 300) this.events.push(event)
      response.writeHead(answer?.status ?? 202, answer?.retryAfter === undefined ? {} : { 'retry-after': String(answer.retryAfter) }).end()
    })
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/events`
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise((resolve) => this.#server?.close(resolve))
  }

  of<Data>(type: string): Data[] {
    return this.events.filter((event) => event.type.startsWith(type)).map(({ data }) => data as Data)
  }

  statuses = () => this.of<StatusDocument>('agent.status')
  hosts = () => this.of<HostsResolved>('hosts.resolved').flatMap(({ hosts }) => hosts)

  /** By lane: the sequence numbers as they came, and whether the last is the end. */
  lanes(): Map<string, { sequences: number[]; ended: boolean }> {
    const lanes = new Map<string, { sequences: number[]; ended: boolean }>()
    for (const { type, partitionkey = '', sequence = 0, data } of this.events) {
      if (!type.startsWith('packets.captured')) continue
      const lane = lanes.get(partitionkey) ?? { sequences: [], ended: false }
      lane.sequences.push(sequence)
      lane.ended = isEndOfCapture(data as Uint8Array)
      lanes.set(partitionkey, lane)
    }
    return lanes
  }

  /** The packets of all sections, those of a repeated event once. */
  packets(): { bytes: Uint8Array; at: number; length: number }[] {
    const packets: { bytes: Uint8Array; at: number; length: number }[] = []
    this.#sections((section) => {
      const reader = new CaptureReader({
        packet: (bytes, start, end, length, at) => packets.push({ bytes: bytes.slice(start, end), at, length }),
      })
      reader.receive(section)
      reader.end()
      if (reader.problem) throw new Error(reader.problem.message)
    })
    return packets
  }

  counters(): CaptureStatistics[] {
    const counters: CaptureStatistics[] = []
    this.#sections((section) => {
      const reader = new CaptureReader({ packet() {}, statistics: (_, found) => counters.push(found) })
      reader.receive(section)
    })
    return counters
  }

  #sections(use: (section: Uint8Array) => void): void {
    const known = new Set<string>()
    for (const { id, type, data } of this.events) {
      if (!type.startsWith('packets.captured') || known.has(id)) continue
      known.add(id)
      use(data as Uint8Array)
    }
  }
}
