import type { Frame } from '../packet/frame.ts'
import { Ends } from '../tcp/ends.ts'
import type { Connection, SideFacts } from '../tcp/facts.ts'
import { hash128 } from '../tcp/identity.ts'

/** One direction of a conversation. What only TCP knows is none here. */
export class Datagrams implements SideFacts {
  packets = 0
  bytes = 0
  missingBytes = 0
  gaps = 0

  get retransmissions(): number {
    return 0
  }
  get retransmittedBytes(): number {
    return 0
  }
  get outOfOrder(): number {
    return 0
  }
  get initialSequence(): undefined {
    return undefined
  }
  get fin(): boolean {
    return false
  }
  get reset(): boolean {
    return false
  }
}

/** Who answers here is the server, whoever is heard first: DNS, mDNS (RFC 6762), LLMNR (RFC 4795). */
const SERVER_PORTS: ReadonlySet<number> = new Set([53, 5353, 5355])

/** Datagrams between the same two ends with no long pause in between. */
export class Conversation extends Ends implements Connection {
  application: unknown = undefined
  sides: [Datagrams, Datagrams] = [new Datagrams(), new Datagrams()]
  /** `data`: who sent first. */
  clientKnownBy: 'data' | 'port' = 'data'
  state: Connection['state'] = 'open'
  /** Two conversations of the same ends begin more than this apart, µs. */
  readonly #idle: number

  constructor(frame: Frame, hash: number, idle: number) {
    super(frame, hash)
    this.#idle = idle
    if (!SERVER_PORTS.has(this.clientPort) || SERVER_PORTS.has(this.serverPort)) return
    this.clientKnownBy = 'port'
    this.turn()
  }

  get transport(): 'udp' {
    return 'udp'
  }

  /**
   * From both ends, whichever is the client, and the time at which the conversation began in steps of the idle time: an
   * observer a little further on, whose clock is a little off, has the same unless a step lies in between.
   */
  protected override makeId(): string {
    return hash128([...orderedEnds(this), Math.floor(this.start / this.#idle), 17])
  }

  get peerKey(): undefined {
    return undefined
  }

  get closedHow(): 'idle' | undefined {
    return this.state === 'idle' ? 'idle' : undefined
  }

  get handshake(): undefined {
    return undefined
  }

  protected override makeKey(): string {
    return `${KEY_PREFIX}${super.makeKey()}`
  }
}

/** What the keys of conversations begin with, and those of TCP connections do not. */
export const KEY_PREFIX = 'udp/'

/** Ten words, the same whichever end is the client. */
const orderedEnds = (ends: Ends): number[] => {
  const words = ends.addresses
  const client = [...words.slice(0, 4), ends.clientPort]
  const server = [...words.slice(4), ends.serverPort]
  const first = client.findIndex((word, i) => word !== server[i])
  return first < 0 || client[first] < server[first] ? [...client, ...server] : [...server, ...client]
}
