import { expect } from 'vitest'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { byId, fromDocument, fromTruth, type Truth } from '../../support/make-big.ts'
import { asTold, decryptions, expected, type Https } from '../../support/secrets.ts'
import { waitFor } from './cluster.ts'

const INDEX = 'spider-exchanges'

interface Hit {
  _source: ExchangeDocument
  sort: unknown[]
}

async function ask<Answer>(elasticsearch: string, path: string, body?: object): Promise<Answer> {
  const answer = await fetch(`${elasticsearch}/${path}`, {
    ...(body && { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  // No index yet, or one whose shard is only being begun.
  if (answer.status === 404 || (answer.status === 503 && path.endsWith('_count'))) return { count: 0, hits: { hits: [] } } as Answer
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  return (await answer.json()) as Answer
}

/** How many calls Elasticsearch holds, found by queries. */
export async function countExchanges(elasticsearch: string): Promise<number> {
  await ask(elasticsearch, `${INDEX}/_refresh`)
  return (await ask<{ count: number }>(elasticsearch, `${INDEX}/_count`)).count
}

/** Every call that Elasticsearch holds. */
export async function allExchanges(elasticsearch: string): Promise<ExchangeDocument[]> {
  const documents: ExchangeDocument[] = []
  for (let after: unknown[] | undefined; ; ) {
    const search = { size: 500, sort: [{ 'event.id': 'asc' }], ...(after && { search_after: after }) }
    const { hits } = (await ask<{ hits: { hits: Hit[] } }>(elasticsearch, `${INDEX}/_search`, search)).hits
    if (hits.length === 0) return documents
    documents.push(...hits.map(({ _source }) => _source))
    after = hits[hits.length - 1].sort
  }
}

/** Elasticsearch holds exactly the calls of the truth, once each. */
export async function expectTruth(elasticsearch: string, truth: Truth[], ms = 180_000): Promise<void> {
  await waitFor(
    `${truth.length} calls in Elasticsearch`,
    ms,
    async () => (await countExchanges(elasticsearch)) >= truth.length || undefined,
  )
  const documents = await allExchanges(elasticsearch)
  expect(documents.length).toBe(truth.length)
  expect(byId(documents.map(fromDocument))).toEqual(byId(truth.map(fromTruth)))
}

/** The calls of the connection of TLS that an agent saw are there as they were told, once each. */
export async function expectOpened(elasticsearch: string, agent: string, connection: Https, ms = 120_000): Promise<void> {
  const wanted = expected(connection)
  const found = async (): Promise<string[]> =>
    asTold((await allExchanges(elasticsearch)).filter(({ spider }) => spider.agents.includes(agent)))
  await waitFor(`${wanted.length} calls of HTTPS`, ms, async () => ((await found()).length >= wanted.length ? true : undefined))
  expect(await found()).toEqual(wanted)
}

/** A handshake is there of which this is told: decrypted, or why not. */
export const expectHandshake = (elasticsearch: string, decryption: string, ms = 120_000): Promise<true> =>
  waitFor(`a handshake with ${decryption}`, ms, async () => {
    await countExchanges(elasticsearch)
    return decryptions(await allExchanges(elasticsearch)).includes(decryption) ? true : undefined
  })

/** Drops everything that an earlier test has stored: index by index, since a pattern may be forbidden. */
export async function forgetAll(elasticsearch: string): Promise<void> {
  const indices = await ask<{ index: string }[]>(elasticsearch, '_cat/indices/spider-*?format=json&expand_wildcards=all')
  for (const { index } of indices) {
    const answer = await fetch(`${elasticsearch}/${index}`, { method: 'DELETE' })
    if (!answer.ok) throw new Error(`Elasticsearch would not forget ${index}: ${await answer.text()}`)
  }
}

/** Elasticsearch refuses (or takes again) every write to the indices that are there. */
export async function refuseWrites(elasticsearch: string, refuse: boolean): Promise<void> {
  const answer = await fetch(`${elasticsearch}/spider-*/_settings?expand_wildcards=all`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ 'index.blocks.write': refuse ? true : null }),
  })
  if (!answer.ok) throw new Error(`Elasticsearch would not change its settings: ${await answer.text()}`)
}
