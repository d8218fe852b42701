import type { Client } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { SAME_DOCUMENT_WITHIN } from '../port.ts'
import { bulk } from './bulk.ts'
import { DAY_MS, dayOf } from './names.ts'
import type { Slices } from './slices.ts'
import { isoOf } from './times.ts'

/** Documents that one request takes from the rest. */
const AT_ONCE = 5000

/** Drops the indices of days that have ended, with what midnight may have left in them of the next, before `before`; of the rest, what is older. */
export async function expire(client: Client, slices: Slices, family: Family, before: number): Promise<void> {
  const ended = (name: string): boolean => {
    const day = dayOf(name)
    return day !== undefined && (day + 1) * DAY_MS + SAME_DOCUMENT_WITHIN <= before
  }
  const indices = await slices.load(family)
  const gone = indices.filter(ended)
  for (const index of gone) await client.indices.delete({ index, ignore_unavailable: true })
  const rest = slices.rest(family)
  if (!indices.includes(rest)) {
    if (gone.length > 0) await slices.load(family)
    return
  }
  await empty(client, rest, before)
  const days = (await slices.sharedDays(family)).filter(ended)
  if (days.length > 0) await slices.unshare(family, days)
  else await slices.load(family)
}

/** The rest is small: wild times, and hosts. Its documents are deleted one by one, by their ids. */
async function empty(client: Client, index: string, before: number): Promise<void> {
  for (;;) {
    const query = { range: { '@timestamp': { lt: isoOf(before) } } }
    const { hits } = await client.search({ index, query, size: AT_ONCE, _source: false, sort: ['_doc'] })
    if (hits.hits.length === 0) return
    const operations = hits.hits.map(({ _id }) => ({ action: 'delete', index, id: _id! }) as const)
    const refused = (await bulk(client, operations, false)).find((reason) => reason !== undefined)
    if (refused !== undefined) throw new Error(`${refused.type}: ${refused.reason}`)
    await client.indices.refresh({ index })
  }
}
