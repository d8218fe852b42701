/** For what starts a server of its own: tests, benchmarks, scripts. */
import { once } from 'node:events'
import { createServer } from 'node:net'

/** A port of the loopback that nobody listens on now, at most `highest`. */
export async function freePort(highest = 65_535): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port <= highest ? port : freePort(highest)
}
