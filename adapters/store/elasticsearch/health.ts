import { StoreUnavailable } from '../port.ts'
import type { Server } from './connect.ts'
import { storeError } from './errors.ts'

/** Throws `StoreUnavailable` when the server does not answer, has lost a primary shard, or the disk is so full that Elasticsearch locked the indices. */
export async function requireHealthy({ client, name }: Server, prefix: string): Promise<void> {
  try {
    const { status } = await client.cluster.health({ index: `${prefix}-*`, expand_wildcards: 'open' })
    if (status.toLowerCase() === 'red')
      throw new StoreUnavailable(`Elasticsearch at ${name} has lost shards of ${prefix}-*: see why with GET _cluster/allocation/explain`)
    const locked = await client.indices.getSettings({
      index: `${prefix}-*`,
      name: 'index.blocks.read_only_allow_delete',
      flat_settings: true,
    })
    const first = Object.keys(locked).find((index) => JSON.stringify(locked[index]).includes('"true"'))
    if (first !== undefined)
      throw new StoreUnavailable(
        `Elasticsearch at ${name} has too little disk left, and lets nothing be written to ${first}: make room, or shorten the retention`,
      )
  } catch (error) {
    throw storeError(error, name)
  }
}
