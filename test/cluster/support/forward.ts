import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/** A port that hands connections on to another, and can break the way or make it longer. */
export class Forward {
  readonly port: number
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  #isCut = false
  #delayMs = 0

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

  /** Ends all connections, and each that comes, as if the server were away. */
  cut(): void {
    this.#isCut = true
    for (const socket of this.#sockets) socket.resetAndDestroy()
  }

  restore(): void {
    this.#isCut = false
  }

  /** From now on every byte is on its way for so long, in either direction. */
  delay(ms: number): void {
    this.#delayMs = ms
  }

  async close(): Promise<void> {
    this.cut()
    this.#server.close()
    await once(this.#server, 'close')
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
      const later = this.#inOrder()
      one
        .setNoDelay()
        .on('data', (bytes) => later(() => end.write(bytes)))
        .on('end', () => later(() => end.end()))
        .on('error', () => end.destroy())
        .on('close', () => this.#sockets.delete(one))
    }
  }

  /** Does things after the delay of their time, none before the one before it. */
  #inOrder(): (what: () => void) => void {
    let last = 0
    return (what) => {
      last = Math.max(last, performance.now() + this.#delayMs)
      if (this.#delayMs === 0 && last <= performance.now()) what()
      else setTimeout(what, last - performance.now())
    }
  }
}
