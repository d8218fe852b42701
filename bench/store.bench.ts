import { createReadStream, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { startServer } from '../test/support/server.ts'
import { keepAlive, manyConnections, type Options } from './captures.ts'
import { cpuOf, median, memoryOf } from './measure.ts'
import type { Subject } from './report.ts'

/** (b) The whole way: a capture sent to a fresh Spider, until all its exchanges are answered by a query. */
export async function storeBench(options: Options): Promise<Subject> {
  const subject: Subject = { title: '(b) Into the embedded store, until it can be queried', rows: [], notes: [] }
  for (const capture of [await keepAlive(options), manyConnections(options)]) {
    if (typeof capture === 'string') {
      subject.notes.push(capture)
      continue
    }
    const runs: { seconds: number; cpu: number; memory: number }[] = []
    for (let run = 0; run < options.runs; run++) {
      const data = join(options.folder, `store-${run}`)
      const server = await startServer(data, '--no-capture')
      const pid = server.child.pid!
      const [before, began] = [cpuOf(pid), performance.now()]
      const body = Readable.toWeb(createReadStream(capture.file, { highWaterMark: 1 << 20 })) as ReadableStream
      const answer = await fetch(`${server.url}/api/v1/captures?name=bench.pcap`, {
        method: 'POST',
        body,
        duplex: 'half',
        headers: { 'content-type': 'application/octet-stream' },
      })
      if (answer.status !== 202) throw new Error(`the upload was answered ${answer.status}`)
      let total = 0
      for (const end = Date.now() + 300_000; total < capture.exchanges && Date.now() < end; ) {
        total = (await server.find('', 0)).total
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      if (total !== capture.exchanges) subject.notes.push(`${capture.name}: ${total} of ${capture.exchanges} exchanges were found`)
      runs.push({ seconds: (performance.now() - began) / 1000, cpu: cpuOf(pid) - before, memory: memoryOf(pid) })
      await server.stop()
      rmSync(data, { recursive: true })
    }
    const seconds = median(runs.map((run) => run.seconds))
    subject.rows.push({
      capture: capture.name,
      exchanges: capture.exchanges,
      's until queried': seconds,
      'exchanges/s': capture.exchanges / seconds,
      'CPU s': median(runs.map((run) => run.cpu)),
      'peak MB': Math.max(...runs.map((run) => run.memory)),
    })
    rmSync(capture.file)
  }
  return subject
}
