import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { ingress, kubectl, NAMESPACE } from './cluster.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** What an agent said when it ended. */
export interface Sent {
  code: number | null
  said: string
  seconds: number
}

/** Sends capture files to ingest as an agent outside the cluster does, the one that was built with the images; resolves when the agent has ended, and that is when every packet was acknowledged. */
export async function sendCapture(files: string[], name: string): Promise<Sent> {
  const door = await openDoor('ingest')
  const begun = performance.now()
  try {
    const agent = spawn(
      process.execPath,
      ['cli/main.ts', 'whisperer', '--server', door.url, '--name', name, '--resolve', 'none', ...files],
      {
        cwd: root,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    let said = ''
    agent.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    const [code] = (await once(agent, 'close')) as [number | null]
    return { code, said, seconds: (performance.now() - begun) / 1000 }
  } finally {
    await door.close()
  }
}

/** A way from this machine to a function: Knative's gateway knows functions by the name that is asked for, which has no address here. */
export async function openDoor(service: string): Promise<{ url: string; close(): Promise<void> }> {
  const { host } = new URL(kubectl('-n', NAMESPACE, 'get', 'ksvc', service, '-o', 'jsonpath={.status.url}'))
  const server = createServer((from, to) => {
    const forward = request(new URL(from.url ?? '/', ingress), { method: from.method, headers: { ...from.headers, host } }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(to)
    })
    forward.on('error', () => to.destroy())
    from.pipe(forward)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
