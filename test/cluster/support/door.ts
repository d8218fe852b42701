import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ingress, kubectl, NAMESPACE, pause } from './cluster.ts'

/** What becomes of posts on their way: each comes twice, or later ones before earlier ones. */
export type Way = 'well' | 'twice' | 'shuffled'

export interface Door {
  url: string
  close(): Promise<void>
}

interface Post {
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** Posts that wait for each other, and how long at most: a missing sequence is waited for longer than that. */
const HELD = 6
const HELD_MS = 1_000
/** From one that is handed on to the next. */
const APART_MS = 200

/** A way from this machine to a function: Knative's gateway knows functions by the name that is asked for, which has no address here. */
export async function openDoor(service: string, way: Way = 'well'): Promise<Door> {
  const { host } = new URL(kubectl('-n', NAMESPACE, 'get', 'ksvc', service, '-o', 'jsonpath={.status.url}'))
  const post = (it: Post): Promise<number> => send(it, host)
  const shuffler = new Shuffler(post)
  const server = createServer((from, to) => {
    if (way === 'well' || from.method !== 'POST') forward(from, to, host)
    else
      void take(from).then(async (it) => {
        if (way === 'shuffled') shuffler.take(it)
        const status = way === 'shuffled' ? 202 : await twice(it, post)
        to.writeHead(status).end()
      })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      await shuffler.end()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function forward(from: IncomingMessage, to: ServerResponse, host: string): void {
  const onwards = request(new URL(from.url ?? '/', ingress), { method: from.method, headers: { ...from.headers, host } }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(to)
  })
  onwards.on('error', () => to.destroy())
  from.pipe(onwards)
}

async function take(from: IncomingMessage): Promise<Post> {
  const parts: Buffer[] = []
  for await (const part of from) parts.push(part as Buffer)
  return { path: from.url ?? '/', headers: from.headers, body: Buffer.concat(parts) }
}

/** Posts and answers the status; 502 where nobody answered. */
function send({ path, headers, body }: Post, host: string): Promise<number> {
  return new Promise((resolve) => {
    const onwards = request(new URL(path, ingress), { method: 'POST', headers: { ...headers, host } }, (answer) => {
      answer.resume().on('end', () => resolve(answer.statusCode ?? 502))
    })
    onwards.on('error', () => resolve(502)).end(body)
  })
}

async function twice(it: Post, post: (it: Post) => Promise<number>): Promise<number> {
  const [first] = await Promise.all([post(it), post(it)])
  return first
}

/** Answers for what it holds before it hands it on: the last comes first. */
class Shuffler {
  readonly #post: (it: Post) => Promise<number>
  #held: Post[] = []
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> = Promise.resolve()

  constructor(post: (it: Post) => Promise<number>) {
    this.#post = post
  }

  take(it: Post): void {
    this.#held.push(it)
    clearTimeout(this.#timer)
    if (this.#held.length >= HELD) this.#handOn()
    else this.#timer = setTimeout(() => this.#handOn(), HELD_MS)
  }

  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#handOn()
    await this.#underWay
  }

  #handOn(): void {
    const held = this.#held.reverse()
    this.#held = []
    const late = async (it: Post, place: number): Promise<void> => {
      await pause(place * APART_MS)
      while ((await this.#post(it)) >= 500) await pause(500)
    }
    this.#underWay = this.#underWay.then(async () => void (await Promise.all(held.map(late))))
  }
}
