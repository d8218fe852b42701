import type { Connection, Endpoint } from '#engines/tcp/facts.ts'
import { pieceOf } from './output.ts'
import type { DocumentContext } from './parts.ts'

/** Slots of what was written for connections; more connections than slots only cost time. */
const SLOTS = 512

/** What all documents of a connection say, as pieces of JSON. */
export interface ConnectionPieces {
  readonly connection: Connection
  readonly protocol: string
  readonly clientName: string | undefined
  readonly serverName: string | undefined
  /** From the end of `@timestamp` into the id of a call. */
  readonly id: Uint8Array
  /** From the end of `event` to that of `network`: who spoke to whom. */
  readonly endpoints: Uint8Array
  /** The beginning of `spider`, up to the value of its `status`. */
  readonly session: Uint8Array
}

/** Writes what the documents of a connection have in common once, and remembers it for those that speak. */
export class ConnectionJson {
  private readonly context: DocumentContext
  private readonly slots: (ConnectionPieces | undefined)[] = new Array(SLOTS).fill(undefined)
  /** `team` and `agents`. */
  private readonly owner: string

  constructor(context: DocumentContext) {
    this.context = context
    this.owner = `"team":${JSON.stringify(context.team)},"agents":${JSON.stringify(context.agents)}`
  }

  /** The pieces for the calls of this protocol; others than before once a name is known, or another. */
  of(connection: Connection, protocol: string): ConnectionPieces {
    const { names } = this.context
    const { client, server } = connection
    const clientName = names(client.ip)
    const serverName = names(server.ip)
    const slot = client.port % SLOTS
    const known = this.slots[slot]
    if (
      known?.connection === connection &&
      known.protocol === protocol &&
      known.clientName === clientName &&
      known.serverName === serverName
    )
      return known
    const { id, transport } = connection
    const network = `"network":{"protocol":${JSON.stringify(protocol)},"transport":"${transport}"}`
    const pieces = {
      ...{ connection, protocol, clientName, serverName },
      id: pieceOf(`","event":{"id":"${id}-`),
      endpoints: pieceOf(`},"client":${endpoint(client, clientName)},"server":${endpoint(server, serverName)},${network}`),
      session: pieceOf(`${this.owner},"session":{"id":"${id}"},"status":"`),
    }
    this.slots[slot] = pieces
    return pieces
  }
}

const endpoint = ({ ip, port }: Endpoint, name: string | undefined): string =>
  `{"ip":"${ip}","port":${port}${name === undefined ? '' : `,"domain":${JSON.stringify(name)}`}}`
