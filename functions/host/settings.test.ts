import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { InvalidSettings, readSettings } from './settings.ts'
import { settingsPage, variablesForHelp } from './settings-page.ts'

it('says nothing of servers when nothing is set, nor when all is empty', () => {
  const nothing = readSettings({})
  expect(nothing).toMatchObject({
    data: 'data',
    team: 'local',
    keepBody: 1_048_576,
    claimBytes: 262_144,
    chain: new Set(['parsing', 'dedup']),
  })
  expect([nothing.elasticsearch, nothing.redis, nothing.s3, nothing.sink]).toEqual([undefined, undefined, undefined, undefined])
  expect(readSettings({ ELASTICSEARCH_URL: '', REDIS_URL: ' ', S3_BUCKET: '', K_SINK: '' })).toEqual(nothing)
})

it('knows a chain of nothing from none', () => {
  expect(readSettings({ SPIDER_CHAIN: '' }).chain.size).toBe(0)
  expect([...readSettings({ SPIDER_CHAIN: 'parsing, dedup' }).chain]).toEqual(['parsing', 'dedup'])
})

it('reads servers', () => {
  const { elasticsearch, redis, s3 } = readSettings({
    ELASTICSEARCH_URL: 'http://a:9200, http://b:9200',
    ELASTICSEARCH_API_KEY: 'key',
    REDIS_URL: 'redis+cluster://a:1,b:2',
    REDIS_PASSWORD: 'secret',
    S3_BUCKET: 'spider',
    S3_ENDPOINT: 'http://s3:9000',
  })
  expect(elasticsearch).toMatchObject({ url: ['http://a:9200', 'http://b:9200'], apiKey: 'key' })
  expect(redis).toMatchObject({ url: 'redis+cluster://a:1,b:2', password: 'secret' })
  expect(s3).toMatchObject({ bucket: 'spider', endpoint: 'http://s3:9000', forcePathStyle: true })
})

const ES = 'https://es:9200'
it.each([
  [{ ELASTICSEARCH_URL: 'es:9200' }, 'ELASTICSEARCH_URL is no address'],
  [{ ELASTICSEARCH_PASSWORD: 'hidden' }, 'ELASTICSEARCH_PASSWORD is set and ELASTICSEARCH_URL is not'],
  [{ ELASTICSEARCH_URL: ES, ELASTICSEARCH_USERNAME: 'u' }, 'ELASTICSEARCH_USERNAME is set and ELASTICSEARCH_PASSWORD is not'],
  [{ ELASTICSEARCH_URL: ES, ELASTICSEARCH_PASSWORD: 'hidden' }, 'ELASTICSEARCH_PASSWORD is set and ELASTICSEARCH_USERNAME is not'],
  [
    { ELASTICSEARCH_URL: ES, ELASTICSEARCH_USERNAME: 'u', ELASTICSEARCH_PASSWORD: 'hidden', ELASTICSEARCH_API_KEY: 'hidden' },
    'are both set',
  ],
  [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL cannot be used: the address of Redis is not of the form'],
  [{ REDIS_URL: 'redis://:hidden@a:port' }, 'REDIS_URL cannot be used'],
  [{ S3_ENDPOINT: 'http://s3' }, 'S3_ENDPOINT is set and S3_BUCKET is not'],
  [{ K_SINK: 'broker' }, 'K_SINK is no address'],
  [{ SPIDER_CHAIN: 'dedup' }, 'SPIDER_CHAIN is "dedup"'],
  [{ SPIDER_KEEP_BODY: '67108865' }, 'give 67108864 bytes at most'],
  [{ SPIDER_CLAIM_BYTES: '1 MB' }, 'SPIDER_CLAIM_BYTES is "1 MB"'],
])('refuses %o in one sentence, without secrets', (environment, sentence) => {
  const refused = (() => {
    try {
      readSettings(environment as Record<string, string>)
    } catch (error) {
      return error as Error
    }
  })()
  expect(refused).toBeInstanceOf(InvalidSettings)
  expect(refused?.message).toContain(sentence)
  expect(refused?.message).not.toContain('hidden')
  expect(refused?.message).not.toContain('\n')
})

it('docs/settings.md and --help are made from the same table', () => {
  expect(readFileSync(new URL('../../docs/settings.md', import.meta.url), 'utf8'), 'run node scripts/settings.ts').toBe(settingsPage())
  expect(variablesForHelp()).toContain('ELASTICSEARCH_URL')
})
