import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { cannotCapture, startServer } from '../test/support/server.ts'
import type { Options } from './captures.ts'
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
  const feed = await fetch(`${server.url}/api/v1/live`, { signal: abort.signal })
  const end = setTimeout(() => abort.abort(), (seconds + 5) * 1000)
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of feed.body!) {
      const now = Date.now()
      text += decoder.decode(chunk, { stream: true })
      const messages = text.split('\n\n')
      text = messages.pop()!
      for (const message of messages) delays.push(...delaysIn(message, now))
    }
  } catch (error) {
    if (!abort.signal.aborted) throw error
  }
  clearTimeout(end)
  await server.stop()
  rmSync(data, { recursive: true })
  const ms = (share: number) => quantile(delays, share)
  return { title, rows: [{ calls: delays.length, 'p50 ms': ms(0.5), 'p95 ms': ms(0.95), 'most ms': ms(1) }], notes: [] }
}

/** How late each whole call of a message is, ms. A call that comes again (merged, or gone on) counts again. */
function delaysIn(message: string, now: number): number[] {
  const data = /^event: exchanges\ndata: (.*)$/m.exec(message)?.[1]
  if (data === undefined) return []
  const { items } = JSON.parse(data) as { items: ExchangeDocument[] }
  return items.flatMap(({ spider }) =>
    spider.status === 'complete' && spider.time.response ? [now - spider.time.response.last / 1000] : [],
  )
}
