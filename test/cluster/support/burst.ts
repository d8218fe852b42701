import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { httpBus } from '#adapters/bus/http/bus.ts'
import { retrying } from '#adapters/bus/http/retrying.ts'
import type { Event } from '#events/define.ts'
import { openDoor, type Way } from './door.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Sends these events as an agent does, one after the other: each is kept when the next is sent. */
export async function sendEvents(events: readonly Event[]): Promise<void> {
  const door = await openDoor('ingest')
  const bus = retrying(httpBus({ url: door.url, timeoutMs: 120_000 }))
  for (const event of events) await bus.publish(event)
  await door.close()
}

/** What an agent said when it ended. */
export interface Sent {
  code: number | null
  said: string
  seconds: number
}

/** An agent that sends. */
export interface Sending {
  /** What it has said so far. */
  said(): string
  /** Resolves when it has ended, and that is when every packet was acknowledged. */
  ended: Promise<Sent>
}

/** Sends capture files to ingest as an agent outside the cluster does. */
export async function beginSending(files: string[], name: string, way?: Way): Promise<Sending> {
  const door = await openDoor('ingest', way)
  const begun = performance.now()
  const agent = spawn(process.execPath, ['cli/main.ts', 'whisperer', '--server', door.url, '--name', name, '--resolve', 'none', ...files], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  agent.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const end = async (): Promise<Sent> => {
    try {
      const [code] = (await once(agent, 'close')) as [number | null]
      return { code, said, seconds: (performance.now() - begun) / 1000 }
    } finally {
      await door.close()
    }
  }
  return { said: () => said, ended: end() }
}

/** The same; resolves when the agent has ended. */
export const sendCapture = async (files: string[], name: string, way?: Way): Promise<Sent> => (await beginSending(files, name, way)).ended
