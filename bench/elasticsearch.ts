/**
 * The store on Elasticsearch by hand: `node bench/elasticsearch.ts URL DOCUMENTS.ndjson [copies] [process id of the server]`.
 * Documents come from `spider read CAPTURE`; copies get ids and times of their own. Prints documents/s, CPU of both sides, bytes on disk,
 * what a flush costs, and query times.
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '@elastic/elasticsearch'
import { openElasticsearch } from '#adapters/store/elasticsearch/store.ts'
import type { Scope, Store } from '#adapters/store/port.ts'
import { parse } from '#engines/query/parse.ts'
import { barsOf, printQuery } from './measure.ts'

const [url, file, copies = '10', server] = process.argv.slice(2)
const PREFIX = `bench-${process.pid}`
const SCOPE: Scope = { team: 'local', principal: 'bench' }
const BATCH = 2000
const HEAD = /^\{"@timestamp":"([^"]+)","event":\{"id":"([^"]+)"/

const lines = readFileSync(file, 'utf8').trimEnd().split('\n')
const first = Date.parse(HEAD.exec(lines[0])![1])

/** The same calls, as if they had come a minute later each time. */
const copy = (n: number): string[] =>
  lines.map((line) => {
    const [head, at, id] = HEAD.exec(line)!
    const moved = new Date(Date.parse(at) + n * 60_000).toISOString().slice(0, 19) + at.slice(19)
    return `{"@timestamp":"${moved}","event":{"id":"${n.toString(16).padStart(4, '0')}${id.slice(4)}"${line.slice(head.length)}`
  })

/** CPU that the server has used, in ms: fields 14 and 15 of its `stat`, of hundredths of a second. */
function serverCpu(): number {
  if (server === undefined) return Number.NaN
  const fields = readFileSync(`/proc/${server}/stat`, 'utf8').split(') ')[1].split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}

async function measured(title: string, documents: number, run: () => Promise<void>): Promise<void> {
  const [cpu, wall, theirs] = [process.cpuUsage(), performance.now(), serverCpu()]
  await run()
  const [used, took] = [process.cpuUsage(cpu), performance.now() - wall]
  const each = (ms: number): string => `${((ms * 1000) / documents).toFixed(1)} µs`
  console.log(
    `${title}: ${Math.round((documents / took) * 1000)}/s; each ${each((used.user + used.system) / 1000)} CPU here, ${each(serverCpu() - theirs)} in the server`,
  )
}

async function write(store: Store, from: number, to: number, flushEvery: number): Promise<void> {
  let since = 0
  for (let n = from; n < to; n++) {
    const some = copy(n)
    for (let i = 0; i < some.length; i += BATCH) {
      const batch = some.slice(i, i + Math.min(BATCH, flushEvery))
      await store.saveJson(SCOPE, 'exchanges', batch)
      since += batch.length
      if (since < flushEvery) continue
      await store.flush()
      since = 0
    }
  }
  await store.flush()
}

const client = new Client({ node: url })
const bytesOf = async (): Promise<number> => {
  await client.indices.flush({ index: `${PREFIX}-*` })
  await sleep(11_000) // sizes are measured every ten seconds
  const { _all } = await client.indices.stats({ index: `${PREFIX}-*`, metric: ['store', 'docs'] })
  return _all.primaries!.store!.size_in_bytes / _all.primaries!.docs!.count
}
const many = Number(copies)
const store = await openElasticsearch({ url, prefix: PREFIX, compression: process.env.COMPRESSION === 'yes' })
try {
  const size = lines.reduce((sum, line) => sum + line.length, 0) / lines.length
  console.log(`${lines.length} documents of ${Math.round(size)} bytes, ${many} times`)
  await measured('making the copies alone', lines.length * 2, async () => void [copy(0), copy(1)])
  await write(store, 0, 2, 20_000) // the server's compiler warms up
  await measured('flush every 20,000', lines.length * many, () => write(store, 2, 2 + many, 20_000))
  console.log(`on disk ${Math.round(await bytesOf())} bytes each`)
  await client.indices.forcemerge({ index: `${PREFIX}-exchanges-*`, max_num_segments: 1 })
  console.log(`in one segment ${Math.round(await bytesOf())} bytes each`)
  await measured('flush every 2,000', lines.length * 2, () => write(store, 2 + many, 4 + many, 2000))
  await measured('the same again', lines.length * 2, () => write(store, 2 + many, 4 + many, 20_000))
  const one = copy(3)
  await measured('flush after each of 50 single documents', 50, async () => {
    for (let i = 0; i < 50; i++) {
      await store.saveJson(SCOPE, 'exchanges', [one[i]])
      await store.flush()
    }
  })
  const range = (text: string) => {
    const parsed = parse(text)
    if (!parsed.ok) throw new Error(parsed.message)
    return { from: first - 60_000, to: first + (many + 10) * 60_000, filter: parsed.filter }
  }
  const page = (text: string, after?: string) => store.find(SCOPE, 'exchanges', { ...range(text), size: 50, order: 'newest', after })
  const bins = { width: ((many + 10) * 60_000) / 200 }
  await printQuery('histogram by status class, 200 bins', () =>
    store.aggregate(SCOPE, 'exchanges', barsOf(range(''), bins.width, 'status_class')),
  )
  await printQuery('histogram by server', () => store.aggregate(SCOPE, 'exchanges', barsOf(range(''), bins.width, 'server.address')))
  await printQuery('histogram of status:5xx', () =>
    store.aggregate(SCOPE, 'exchanges', barsOf(range('status:5xx'), bins.width, 'status_class')),
  )
  for (const text of ['', 'status:5xx', 'path:/api/*', 'path:*4711*', 'client:10.0.0.0/9', 'orders'])
    await printQuery(`first page of "${text}"`, () => page(text))
  const { items, next } = await page('')
  await printQuery('second page', () => page('', next))
  await printQuery('one by id', () => store.get(SCOPE, 'exchanges', items[0].event.id))
  await printQuery('values of url.path', () => store.values(SCOPE, range(''), 'url.path', '/a', 20))
  await printQuery('extent', () => store.extent(SCOPE))
} finally {
  await store.close()
  for (const index of Object.keys(await client.indices.get({ index: `${PREFIX}-*`, features: 'aliases' })))
    await client.indices.delete({ index })
  await client.indices.deleteIndexTemplate({ name: `${PREFIX}-*` })
  await client.close()
}
