import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Ports } from './call.ts'
import { ITEMS } from './catalogue.ts'
import { ADDRESSES } from './places.ts'

/** A call that customers make again and again, and whose answer never changes. */
export interface KnownCall {
  server: 'gateway' | 'catalogue'
  method: string
  target: string
  status: number
  responseBody: string
}

export interface Demo {
  /** Its process. */
  pid: number
  ports: Ports
  addresses: typeof ADDRESSES
  known: KnownCall[]
  stop(): Promise<void>
}

/** What anybody who watched the shop for some seconds must have seen. */
const KNOWN: KnownCall[] = [
  { server: 'gateway', method: 'GET', target: '/api/products', status: 200, responseBody: JSON.stringify({ items: ITEMS }) },
  { server: 'catalogue', method: 'GET', target: '/items', status: 200, responseBody: JSON.stringify({ items: ITEMS }) },
]

/** Opens the shop in a process of its own: a system to watch, under steady load, the same for the same seed. */
export async function startDemo({ rate = 30, seed = 1 }: { rate?: number; seed?: number } = {}): Promise<Demo> {
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), [String(rate), String(seed)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const exit = once(child, 'exit')
  const message = await Promise.race([once(child, 'message'), exit.then(() => undefined)])
  if (!message) throw new Error(`The demo could not be started: it ended with ${child.exitCode}`)
  return {
    pid: child.pid as number,
    ports: (message[0] as { ports: Ports }).ports,
    addresses: ADDRESSES,
    known: KNOWN,
    async stop() {
      if (child.exitCode === null) child.disconnect()
      await exit
    },
  }
}
