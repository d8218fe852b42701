import { fromUtf8 } from '../bytes/text.ts'
import type { HttpExchange } from '../http/facts.ts'
import type { Connection } from '../tcp/facts.ts'
import { silentSide } from '../tcp/silent.ts'
import { HarEntries } from './entries.ts'
import { type HarCall, type HarHost, readEntry } from './entry.ts'
import { UNKNOWN_CLIENT, UNKNOWN_SERVER } from './findings.ts'

/** Connections whose calls are counted at a time. */
const MOST_CONNECTIONS = 10_000
const MOST_DAMAGES = 100

/** What is wrong with an archive, and the byte where. */
export interface Damage {
  offset: number
  message: string
}

interface Known {
  connection: Connection
  calls: number
}

/**
 * Reads an HTTP Archive 1.2 as its bytes come: what a browser recorded, told as the calls that packets would have shown.
 * A damaged entry is told and left out, and what follows it is read.
 */
export class HarReader {
  calls = 0
  /** Entries that could not be read, the first hundred; and what ended the reading early. */
  readonly damages: Damage[] = []
  damaged = 0
  #host: HarHost
  #entries: HarEntries
  #tell: (connection: Connection, exchange: HttpExchange) => void
  #known = new Map<string, Known>()
  #number = 0

  constructor(host: HarHost, tell: (connection: Connection, exchange: HttpExchange) => void) {
    this.#host = host
    this.#tell = tell
    this.#entries = new HarEntries({
      entry: (json, offset) => {
        this.#number++
        this.#read(json, offset)
      },
      tooLarge: (offset, bytes) => {
        this.#number++
        this.#damage(offset, `is larger than can be read, ${bytes} bytes`)
      },
    })
  }

  receive(bytes: Uint8Array): void {
    this.#entries.receive(bytes)
  }

  /** Why the archive cannot be read further; undefined: it can. */
  get problem(): Damage | undefined {
    return this.#entries.problem
  }

  end(): void {
    this.#entries.end()
  }

  #read(json: string, offset: number): void {
    let entry: unknown
    try {
      entry = JSON.parse(json)
    } catch (error) {
      const { message } = error as Error
      const at = / at position (\d+)/.exec(message)?.[1]
      this.#damage(offset + fromUtf8(json.slice(0, Number(at ?? 0))).length, `is no JSON: ${message}`)
      return
    }
    const call = readEntry(entry, this.#host)
    if (typeof call === 'string') this.#damage(offset, `cannot be read: ${call}`)
    else this.#call(call)
  }

  #call(call: HarCall): void {
    const { connection, calls } = this.#connectionOf(call)
    this.calls++
    const fields = { server: { domain: call.host } }
    this.#tell(connection, { ...call.exchange, position: calls, fields })
  }

  /** The same connection for what the archive says went over one; its id follows from its first call, so that it is the same at every reading. */
  #connectionOf(call: HarCall): Known {
    const end = `${call.ip || call.host}:${call.port}`
    const key = call.connection === '' ? '' : `${end} ${call.connection}`
    const known = this.#known.get(key)
    if (known && key !== '') {
      known.calls++
      return known
    }
    const { method, target } = call.exchange.request!
    const text = JSON.stringify(['har', call.connection, end, call.start, method, target])
    const id = this.#host.sha256(fromUtf8(text)).slice(0, 32)
    const fresh = { connection: connectionOf(id, call), calls: 0 }
    if (key === '') return fresh
    this.#known.set(key, fresh)
    if (this.#known.size > MOST_CONNECTIONS) this.#known.delete(this.#known.keys().next().value as string)
    return fresh
  }

  #damage(offset: number, words: string): void {
    this.damaged++
    if (this.damages.length < MOST_DAMAGES) this.damages.push({ offset, message: `entry ${this.#number}, byte ${offset}, ${words}` })
  }
}

/** A connection of which no packet was seen. */
const connectionOf = (id: string, { transport, ip, port, start, end }: HarCall): Connection => ({
  transport,
  id,
  peerKey: undefined,
  client: { ip: UNKNOWN_CLIENT, port: 0 },
  server: { ip: ip || UNKNOWN_SERVER, port },
  clientKnownBy: 'data',
  sides: [silentSide(), silentSide()],
  start,
  end,
  handshake: undefined,
  state: 'ended',
  application: undefined,
})
