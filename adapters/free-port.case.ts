/** For what starts a server of its own: tests, benchmarks, scripts. */
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that systems give out themselves: nobody who asks for any port, or connects, gets it meanwhile. Servers of Redis want 10,000 above theirs too. */
const [LOWEST, HIGHEST] = [10_000, 30_000]

/** A port of the loopback that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer()
  try {
    server.listen(randomInt(LOWEST, HIGHEST), '127.0.0.1')
    await once(server, 'listening')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return freePort()
    throw error
  }
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}
