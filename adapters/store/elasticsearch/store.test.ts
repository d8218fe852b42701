import { randomUUID } from 'node:crypto'
import { Client } from '@elastic/elasticsearch'
import { afterAll, describe } from 'vitest'
import { findElasticsearch, leftOut } from '../../servers.case.ts'
import { storeContract } from '../contract.ts'
import type { Store } from '../port.ts'
import { openElasticsearch } from './store.ts'

const url = findElasticsearch()
if (url === undefined) leftOut('adapters/store/elasticsearch/store.test.ts', 'no Elasticsearch: set ELASTICSEARCH_URL')

const prefixes = new Map<Store, string>()
const made: string[] = []

async function open(prefix = `t${randomUUID().slice(0, 8)}`): Promise<Store> {
  made.push(prefix)
  const store = await openElasticsearch({ url: url!, prefix })
  prefixes.set(store, prefix)
  return store
}

afterAll(async () => {
  if (url === undefined) return
  const client = new Client({ node: url })
  for (const prefix of new Set(made)) {
    const all = Object.keys(await client.indices.get({ index: `${prefix}-*`, features: 'aliases' }))
    for (const index of all) await client.indices.delete({ index }) // by name: servers refuse patterns
    await client.indices.deleteIndexTemplate({ name: `${prefix}-*` }, { ignore: [404] })
  }
  await client.close()
})

describe.skipIf(url === undefined)('Elasticsearch', () => {
  storeContract(
    () => open(),
    async (store) => {
      await store.close()
      return open(prefixes.get(store))
    },
  )
})
