import { Decoder, Encoder } from 'cbor-x'
import { copyOf } from '#engines/bytes/copy.ts'
import type { Frame } from '#engines/packet/frame.ts'
import type { MissingReason, StreamSink } from '#engines/tcp/facts.ts'
import type { SavedConnection } from '#engines/tcp/saved.ts'
import { TcpTable } from '#engines/tcp/table.ts'
import type { Micros } from '#engines/time.ts'
import { KEY_PREFIX } from '#engines/udp/conversation.ts'
import type { SavedConversation } from '#engines/udp/saved.ts'
import { UdpTable } from '#engines/udp/table.ts'

/** State is kept of every open conversation: its fields have numbers for names. What is added goes to the end. */
const NAMES = [
  ...['tuple', 'hash', 'start', 'end', 'touched', 'clientKnownBy', 'state', 'icmp', 'sides', 'packets', 'bytes', 'missingBytes', 'gaps'],
  ...['fixedId', 'handshakeTime', 'oriented', 'opened', 'answered', 'closing', 'closer', 'marks', 'initial', 'next'],
  ...['acked', 'ident', 'timedEnd', 'timedAt', 'quickest', 'rare', 'limit'],
]
const keyMap = Object.fromEntries(NAMES.map((name, i) => [name, i]))
const encoder = new Encoder({ useRecords: false, tagUint8Array: false, keyMap })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true, keyMap })

const byAge = (a: { touched: number }, b: { touched: number }): number => a.touched - b.touched

/** What is open in a lane, over TCP and UDP: packets in, facts to one sink, a checkpoint a conversation. */
export class Tables {
  readonly #tcp: TcpTable
  readonly #udp: UdpTable

  constructor(sink: StreamSink) {
    this.#tcp = new TcpTable(sink, { tracked: true })
    this.#udp = new UdpTable(sink, { tracked: true })
  }

  /** Why what is found missing from now on was not captured. */
  set lossReason(reason: MissingReason) {
    this.#tcp.lossReason = reason
  }

  packet(frame: Frame): void {
    this.#tcp.packet(frame)
    this.#udp.packet(frame)
  }

  tick(now: Micros): void {
    this.#tcp.tick(now)
    this.#udp.tick(now)
  }

  flush(): void {
    this.#tcp.flush()
    this.#udp.flush()
  }

  /** What changed since the last call, by key; null: gone. */
  checkpoints(): Map<string, Uint8Array | null> {
    const checkpoints = new Map<string, Uint8Array | null>()
    for (const { changed, removed } of [this.#tcp.saveChanged(), this.#udp.saveChanged()]) {
      for (const key of removed) checkpoints.set(key, null)
      for (const { key, ...saved } of changed) checkpoints.set(key, copyOf(encoder.encode(saved)))
    }
    return checkpoints
  }

  load(checkpoints: Iterable<[string, Uint8Array]>): void {
    const tcp: SavedConnection[] = []
    const udp: SavedConversation[] = []
    for (const [key, bytes] of checkpoints) {
      if (key.startsWith(KEY_PREFIX)) udp.push({ ...decoder.decode(bytes), key })
      else tcp.push({ ...decoder.decode(bytes), key })
    }
    for (const saved of tcp.sort(byAge)) this.#tcp.load(saved)
    for (const saved of udp.sort(byAge)) this.#udp.load(saved)
  }
}
