import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Client } from '@elastic/elasticsearch'
import type { Reason } from './errors.ts'

/** One document to be written to an index, or to be taken from it. */
export type Operation = { action: 'index'; index: string; id: string; json: string } | { action: 'delete'; index: string; id: string }

interface Answer {
  errors: boolean
  items: Record<string, { status: number; error?: { type: string; reason: string; caused_by?: { type: string; reason: string } } }>[]
}

const compress = promisify(gzip)

/** Writes all of them in one request. Answers for each why it was refused, or undefined. Throws when the request as a whole failed. */
export async function bulk(client: Client, operations: readonly Operation[], compressed: boolean): Promise<(Reason | undefined)[]> {
  const text = operations.map(write).join('')
  const body = compressed ? await compress(text, { level: constants.Z_BEST_SPEED }) : text
  const answer = await client.transport.request<Answer>(
    { method: 'POST', path: '/_bulk', bulkBody: body, querystring: { filter_path: 'errors,items.*.status,items.*.error' } },
    { maxRetries: 0, headers: { ...JSON_TYPES, ...(compressed && { 'content-encoding': 'gzip' }) } },
  )
  if (!answer.errors) return operations.map(() => undefined)
  return answer.items.map(({ index, delete: deleted }) => {
    const { error, status } = index ?? deleted
    if (error === undefined) return undefined
    return { status, type: error.type, reason: error.caused_by === undefined ? error.reason : `${error.reason}: ${error.caused_by.reason}` }
  })
}

const JSON_TYPES = {
  'content-type': 'application/vnd.elasticsearch+x-ndjson; compatible-with=9',
  accept: 'application/vnd.elasticsearch+json; compatible-with=9',
}

/** Names of indices and ids are of letters that JSON takes as they are. */
const write = (operation: Operation): string =>
  operation.action === 'index'
    ? `{"index":{"_index":"${operation.index}","_id":"${operation.id}"}}\n${operation.json}\n`
    : `{"delete":{"_index":"${operation.index}","_id":"${operation.id}"}}\n`
