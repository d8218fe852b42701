import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { kubectl } from './cluster.ts'

const NAMES = ['REDIS_URL', 'ELASTICSEARCH_URL', 'S3_ENDPOINT', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const
type Variables = Record<(typeof NAMES)[number], string>

/** Servers of this machine. `here`: as tests reach them; `pods`: as pods do. */
export interface Servers {
  here: Variables
  pods: Variables
  /** Opens and closes the way of pods to one of them, as if it were away. */
  cut(name: 'REDIS_URL' | 'ELASTICSEARCH_URL' | 'S3_ENDPOINT'): void
  restore(name: 'REDIS_URL' | 'ELASTICSEARCH_URL' | 'S3_ENDPOINT'): void
  close(): Promise<void>
}

/** Takes the servers that the variables tell, or those of `scripts/servers`, and forwards to them from an address of this machine that pods reach. */
export async function openServers(): Promise<Servers> {
  const here = variables()
  const address = nodeAddress()
  const forwards = new Map<string, Forward>()
  const pods = { ...here }
  for (const name of ['REDIS_URL', 'ELASTICSEARCH_URL', 'S3_ENDPOINT'] as const) {
    const url = new URL(here[name])
    const forward = await Forward.open(address, url.hostname, Number(url.port))
    forwards.set(name, forward)
    url.hostname = address
    url.port = String(forward.port)
    pods[name] = url.href.replace(/\/$/, '')
  }
  return {
    here,
    pods,
    cut: (name) => forwards.get(name)?.cut(),
    restore: (name) => forwards.get(name)?.restore(),
    close: async () => {
      for (const forward of forwards.values()) await forward.close()
    },
  }
}

function variables(): Variables {
  const script = fileURLToPath(new URL('../../../scripts/servers', import.meta.url))
  const needed = NAMES.some((name) => process.env[name] === undefined)
  const said = needed ? execFileSync(script, ['up'], { encoding: 'utf8' }) : ''
  const started = Object.fromEntries([...said.matchAll(/^export (\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]))
  return Object.fromEntries(NAMES.map((name) => [name, process.env[name] ?? started[name]])) as Variables
}

/** The address of the node: this machine, where a cluster of one node runs on it. */
const nodeAddress = (): string => kubectl('get', 'node', '-o', 'jsonpath={.items[0].status.addresses[?(@.type=="InternalIP")].address}')

/** A port that hands connections on to another. */
class Forward {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false

  private constructor(server: Server) {
    this.#server = server
    this.port = (server.address() as { port: number }).port
  }

  static async open(address: string, host: string, port: number): Promise<Forward> {
    const server = createServer()
    server.listen(0, address)
    await once(server, 'listening')
    const forward = new Forward(server)
    server.on('connection', (socket) => forward.#join(socket, host, port))
    return forward
  }

  #join(socket: Socket, host: string, port: number): void {
    if (this.#isCut) {
      socket.resetAndDestroy()
      return
    }
    const other = connect(port, host)
    for (const [one, end] of [
      [socket, other],
      [other, socket],
    ]) {
      this.#sockets.add(one)
      one.setNoDelay().pipe(end)
      one.on('error', () => end.destroy()).on('close', () => this.#sockets.delete(one))
    }
  }

  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  restore(): void {
    this.#isCut = false
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
