import { execFile, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Load } from './load.ts'

// wrk on a Node server over TLS 1.3, with answers of one size, that writes the secrets of its sessions down. This file is also the server's process.

/** `size`: of an answer's body, about, bytes; `connections`: that are kept open; `keylog`: file for the secrets. `run` takes seconds. */
export async function startHttpsLoad(size: number, connections: number, keylog: string): Promise<Load> {
  const child = fork(fileURLToPath(import.meta.url), ['serve', String(size), keylog])
  const [port] = (await once(child, 'message')) as [number]
  return {
    port,
    async run(seconds) {
      await promisify(execFile)('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, `https://127.0.0.1:${port}/items?page=1`])
      const count = once(child, 'message')
      child.send('count')
      return (await count)[0] as number
    },
    stop: () => child.disconnect(),
  }
}

function selfSigned(): { key: Buffer; cert: Buffer } {
  const wanted = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '30', '-subj', '/CN=localhost', '-keyout', '-', '-out', '-']
  const pem = execFileSync('openssl', wanted, { stdio: ['ignore', 'pipe', 'ignore'] })
  return { key: pem, cert: pem }
}

if (process.argv[2] === 'serve' && process.send) {
  const [size, keylog] = [Number(process.argv[3]), process.argv[4]]
  const items = Array.from({ length: Math.ceil(size / 28) }, (_, id) => ({ id: 1000 + id, name: 'teapot' }))
  const answer = JSON.stringify({ items })
  let answered = 0
  const server = createServer({ ...selfSigned(), minVersion: 'TLSv1.3' }, (_, response) => {
    answered++
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length }).end(answer)
  })
  server.on('keylog', (line) => appendFileSync(keylog, line))
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port))
  process.on('message', () => {
    process.send!(answered)
    answered = 0
  })
  process.once('disconnect', () => process.exit())
}
