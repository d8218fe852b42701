import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

// A load of known size: wrk on a Node server with one JSON answer of some 1,500 bytes. This file is also the server's process.
const ANSWER = JSON.stringify({ items: Array.from({ length: 54 }, (_, id) => ({ id: 1000 + id, name: 'teapot' })) })

export interface Load {
  port: number
  /** Loads the server for so many seconds. Gives how many calls it answered: wrk itself does not count those it breaks off at its end. */
  run(seconds: number): Promise<number>
  stop(): void
}

export async function startLoad(): Promise<Load> {
  const child = fork(fileURLToPath(import.meta.url), ['serve'])
  const [port] = (await once(child, 'message')) as [number]
  return {
    port,
    async run(seconds) {
      await promisify(execFile)('wrk', ['-t1', '-c32', `-d${seconds}s`, `http://127.0.0.1:${port}/items?page=1`])
      const count = once(child, 'message')
      child.send('count')
      return (await count)[0] as number
    },
    stop: () => child.disconnect(),
  }
}

if (process.argv[2] === 'serve' && process.send) {
  let answered = 0
  const server = createServer((_, response) => {
    answered++
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': ANSWER.length }).end(ANSWER)
  })
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
  process.on('message', () => {
    process.send!(answered)
    answered = 0
  })
  process.once('disconnect', () => process.exit())
}
