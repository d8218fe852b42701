import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findElasticsearch, findS3, hasRedis, leftOut, type S3Server, startRedis } from '#adapters/servers.case.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Handled } from '../demo/service.ts'
import { eventually, type Server, startServerWith } from './support/server.ts'
import { lines } from './support/spider.ts'

/** `spider start` over servers instead of its own files gives what it gives over its own files. */

const fixture = new URL('fixtures/shop.pcap.gz', import.meta.url).pathname
const truth = lines<Handled>(readFileSync(new URL('fixtures/shop.truth.jsonl', import.meta.url), 'utf8'))
const elasticsearch = await findElasticsearch()
const s3 = await findS3()
if (!elasticsearch) leftOut('servers', 'no Elasticsearch')
if (!s3) leftOut('servers', 'no S3')
if (!hasRedis) leftOut('servers', 'no redis-server')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spider-servers-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

async function makeBucket({ endpoint, ...credentials }: S3Server, bucket: string): Promise<void> {
  const client = new S3Client({ endpoint, credentials, region: 'us-east-1', forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  client.destroy()
}

/** The calls of the fixture, as the API gives them, after a start with this environment; and once more after another start, from what was kept. */
async function analysed(name: string, env: Record<string, string>): Promise<string[]> {
  const data = join(folder, name)
  const first = await startServerWith(env, data, fixture)
  const calls = async ({ find }: Pick<Server, 'find'>) =>
    eventually(async () => {
      const { items, total } = await find('capture=complete protocol=http', 1000)
      return total === truth.length ? items : undefined
    })
  const before = comparable(await calls(first))
  expect(await first.get('/healthz')).toMatchObject({ store: 'ok', state: 'ok', blobs: 'ok' })
  const body = (await first.find('path=/items status=200', 1)).items[0]
  const whole = await first.get<ExchangeDocument>(`/api/v1/exchanges/${body.event.id}`)
  expect(whole.http?.response?.body.content).toContain('Made by hand')
  await first.stop()
  const second = await startServerWith(env, data, '--no-capture')
  expect(comparable(await calls(second))).toEqual(before)
  await second.stop()
  return before
}

/** Without what depends on the order in which agents' events come: names of addresses, and the agent itself. */
const comparable = (documents: ExchangeDocument[]): string[] =>
  documents
    .map((document) => JSON.stringify(document, (key, value) => (['ref', 'agents', 'domain'].includes(key) ? undefined : value)))
    .sort()

describe.skipIf(!hasRedis)('spider start over servers', () => {
  let redis: Awaited<ReturnType<typeof startRedis>>
  let embedded: string[]
  beforeAll(async () => {
    redis = await startRedis('--appendonly', 'yes')
    embedded = await analysed('embedded', {})
  })
  afterAll(() => redis.remove())

  it('keeps its state in Redis', async () => {
    expect(await analysed('redis', { REDIS_URL: redis.url, REDIS_PREFIX: 'one:' })).toEqual(embedded)
  })

  it.runIf(elasticsearch)('keeps documents in Elasticsearch and state in Redis', async () => {
    const documents = { ELASTICSEARCH_URL: elasticsearch!, ELASTICSEARCH_PREFIX: `test-${process.pid}` }
    expect(await analysed('elasticsearch', { ...documents, REDIS_URL: redis.url, REDIS_PREFIX: 'two:' })).toEqual(embedded)
  })

  it.runIf(elasticsearch && s3)('keeps nothing itself: Elasticsearch, Redis and S3', async () => {
    const bucket = `spider-test-${process.pid}`
    await makeBucket(s3!, bucket)
    const documents = { ELASTICSEARCH_URL: elasticsearch!, ELASTICSEARCH_PREFIX: `test-s3-${process.pid}` }
    const bodies = {
      S3_BUCKET: bucket,
      S3_ENDPOINT: s3!.endpoint,
      AWS_ACCESS_KEY_ID: s3!.accessKeyId,
      AWS_SECRET_ACCESS_KEY: s3!.secretAccessKey,
    }
    expect(await analysed('nothing', { ...documents, ...bodies, REDIS_URL: redis.url, REDIS_PREFIX: 'three:' })).toEqual(embedded)
  })
})
