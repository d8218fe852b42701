import type { Client, estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import { SAME_DOCUMENT_WITHIN, StoreUnavailable } from '../port.ts'
import { DAY_MS } from './names.ts'
import type { Slices } from './slices.ts'

/** Where a document lies that may be in one of two indices. */
export interface Home {
  /** Where it is to be written. */
  index: string
  /** Where it must not be any more. */
  leave?: string
}

/** The other index where an earlier form of a document of this time may be: that of the day before or after, when midnight is near. */
export function neighbourOf(slices: Slices, family: Family, time: number): string | undefined {
  if (family === 'hosts') return undefined
  const ofDay = time % DAY_MS
  if (ofDay < SAME_DOCUMENT_WITHIN && time >= DAY_MS) return slices.nameAt(family, time - DAY_MS)
  if (DAY_MS - ofDay <= SAME_DOCUMENT_WITHIN) return slices.nameAt(family, time + DAY_MS)
  return undefined
}

/**
 * Looks in both indices (at once, without waiting for a refresh). A document stays where it is; where it is in both, since two processes
 * wrote its first form at the same time, it stays in the earlier. Every process follows the same rule and looks again after it wrote,
 * so the earlier one is never taken away and the later one always is.
 */
export async function findHomes(client: Client, items: readonly { id: string; index: string; neighbour: string }[]): Promise<Home[]> {
  const docs = items.flatMap(({ id, index, neighbour }) =>
    [index, neighbour].sort().map((name) => ({ _index: name, _id: id, _source: false })),
  )
  const found = await client.mget({ docs })
  return items.map(({ index }, i) => {
    const [earlier, later] = found.docs.slice(2 * i, 2 * i + 2).map(indexOf)
    if (earlier !== undefined && later !== undefined && earlier !== later) return { index: earlier, leave: later }
    return { index: earlier ?? later ?? index }
  })
}

/** The index itself, be it asked for by an alias; undefined when the document, or the index, is not there. */
function indexOf(doc: estypes.MgetResponseItem): string | undefined {
  if ('error' in doc) {
    if (doc.error.type === 'index_not_found_exception') return undefined
    throw new StoreUnavailable(`Elasticsearch cannot look for a document in ${doc._index} (${doc.error.type}: ${doc.error.reason})`)
  }
  return 'found' in doc && doc.found ? doc._index : undefined
}
