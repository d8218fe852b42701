import { randomUUID } from 'node:crypto'
import type { Client } from '@elastic/elasticsearch'
import { reasonOf } from './errors.ts'

export type Codec = 'best_compression' | 'default'

/** A server without lifecycle management knows no such path, and says so with one of these. */
export async function hasLifecycle(client: Client): Promise<boolean> {
  try {
    await client.ilm.getStatus()
    return true
  } catch (error) {
    if ([400, 404, 405, 410].includes(reasonOf(error).status)) return false
    throw error
  }
}

/**
 * The best compression that the server can do. It needs a native library, which a server made of its jars alone has not; that one takes
 * the setting and loses the shard at the first document. So a document is written to an index that is thrown away.
 */
export async function codecOf(client: Client, prefix: string): Promise<Codec> {
  const index = `${prefix}-probe-${randomUUID()}`
  try {
    await client.indices.create({ index, settings: { index: { codec: 'best_compression', number_of_replicas: 0, hidden: true } } })
    await client.index({ index, document: {}, timeout: '5s' })
    const { _shards } = await client.indices.refresh({ index }, { ignore: [500] })
    return _shards?.failed === 0 ? 'best_compression' : 'default'
  } finally {
    await client.indices.delete({ index }, { ignore: [404] })
  }
}
