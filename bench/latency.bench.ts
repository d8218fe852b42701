import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { cannotCapture, startServer } from '../test/support/server.ts'
import type { Options } from './captures.ts'
import { listen } from './feed.ts'
import { quantile } from './measure.ts'
import type { Subject } from './report.ts'

/** (d) From the last byte of a response on the wire (its capture time) to the call on the live feed, with the demo as load. */
export async function latencyBench({ folder, seconds }: Options): Promise<Subject> {
  const title = '(d) From the wire to the live feed'
  const blind = cannotCapture()
  if (blind) return { title, rows: [], notes: [blind] }
  const data = join(folder, 'latency')
  const server = await startServer(data, '--demo', '--interface', 'lo')
  const delays: number[] = []
  const abort = new AbortController()
  const end = setTimeout(() => abort.abort(), (seconds + 5) * 1000)
  // A call that comes again (merged, or gone on) counts again.
  await listen(server, abort.signal, ({ spider }, at) => {
    if (spider.status === 'complete' && spider.time.response) delays.push(at - spider.time.response.last / 1000)
  })
  clearTimeout(end)
  await server.stop()
  rmSync(data, { recursive: true })
  const ms = (share: number) => quantile(delays, share)
  return { title, rows: [{ calls: delays.length, 'p50 ms': ms(0.5), 'p95 ms': ms(0.95), 'most ms': ms(1) }], notes: [] }
}
