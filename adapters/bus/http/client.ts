import http from 'node:http'
import https from 'node:https'

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  /** At most `MAX_ANSWER` bytes of it. */
  body: string
}

const MAX_ANSWER = 64 << 10

/** Sends requests to one place, over connections that are kept. */
export class Client {
  readonly #url: URL
  readonly #agent: http.Agent | https.Agent
  readonly #timeoutMs: number

  constructor(url: URL, options: { timeoutMs: number; connections: number; ca?: string }) {
    this.#url = url
    this.#timeoutMs = options.timeoutMs
    const settings = { keepAlive: true, maxSockets: options.connections }
    this.#agent = url.protocol === 'https:' ? new https.Agent({ ...settings, ca: options.ca }) : new http.Agent(settings)
  }

  /** Posts and reads the answer. Throws what the network throws, and a `TimeoutError` when there is no answer in time. */
  async post(headers: Record<string, string>, body: Uint8Array): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const first = this.#send(headers, body, signal)
    return first.catch((error: NodeJS.ErrnoException & { reused?: boolean }) => {
      // A kept connection that the other side was closing at this moment: once more, on a new one.
      if (error.reused && error.code === 'ECONNRESET') return this.#send(headers, body, signal)
      throw error
    })
  }

  close(): void {
    this.#agent.destroy()
  }

  #send(headers: Record<string, string>, body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { request: start } = this.#url.protocol === 'https:' ? https : http
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(signal.aborted ? signal.reason : Object.assign(error, { reused: request.reusedSocket }))
      const request = start(this.#url, {
        method: 'POST',
        agent: this.#agent,
        signal,
        headers: { ...headers, 'content-length': String(body.length) },
      })
      request.on('error', fail)
      request.on('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          if (text.length < MAX_ANSWER) text += chunk.slice(0, MAX_ANSWER - text.length)
        })
        response.on('error', fail)
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
      })
      request.end(body)
    })
  }
}
