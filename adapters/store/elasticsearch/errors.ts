import { errors } from '@elastic/elasticsearch'
import { StoreUnavailable, StoreUnusable } from '../port.ts'

/** What Elasticsearch says of a request or of one document of a bulk. */
export interface Reason {
  status: number
  type: string
  reason: string
}

/** Refusals of one document that trying again may overcome: the server is busy, the disk full, an index locked, closed or just deleted. */
export function isPassing({ status, type }: Reason): boolean {
  if (status === 429 || status >= 500) return true
  return /^(cluster_block|index_closed|index_not_found|index_create_block|no_shard_available_action|unavailable_shards)_exception$/.test(
    type,
  )
}

/** What a failed request means for the caller, in one sentence. Errors that are not Elasticsearch's stay as they are. */
export function storeError(error: unknown, server: string): unknown {
  if (error instanceof errors.ResponseError) return new StoreUnavailable(`Elasticsearch at ${server} ${explain(reasonOf(error))}`)
  if (error instanceof errors.TimeoutError) return new StoreUnavailable(`Elasticsearch at ${server} did not answer in time`)
  if (error instanceof errors.ProductNotSupportedError) return otherProduct(server)
  if (error instanceof errors.ElasticsearchClientError)
    return new StoreUnavailable(`Elasticsearch at ${server} cannot be reached (${error.message.replaceAll('\n', ' ')})`)
  return error
}

/** The same at the start: what will not pass by itself is for the user to put right. */
export function openError(error: unknown, server: string): unknown {
  const { status, type, reason } = reasonOf(error)
  if (status === 401 || status === 403) return new StoreUnusable(`Elasticsearch at ${server} ${explain({ status, type, reason })}`)
  if (status === 406 || type === 'media_type_header_exception') return otherVersion(server, 'of another version')
  if (error instanceof errors.ProductNotSupportedError) return otherProduct(server)
  if (status === 400)
    return new StoreUnusable(
      `Elasticsearch at ${server} does not take Spider's templates or mappings (${reason}): choose another prefix, or remove what stands in the way`,
    )
  return storeError(error, server)
}

export const otherVersion = (server: string, which: string): StoreUnusable =>
  new StoreUnusable(`Elasticsearch at ${server} is ${which}: Spider needs 9.0 or later`)

const otherProduct = (server: string): StoreUnusable =>
  new StoreUnusable(`the server at ${server} is not Elasticsearch: Spider needs Elasticsearch 9.0 or later`)

/** The end of a sentence that begins with the server. */
export function explain({ status, type, reason }: Reason): string {
  if (status === 401) return 'refuses the user and password or API key: check them'
  if (/flood-stage|read-only \/ allow delete/.test(reason))
    return `has too little disk left, and lets nothing be written: make room, or shorten the retention (${reason})`
  if (type === 'cluster_block_exception') return `lets nothing be written: remove the block from its index settings (${reason})`
  if (status === 403) return `does not let this user do that: give it the role that docs/elasticsearch.md shows (${reason})`
  if (status === 429) return 'is busy: it will be tried again, and more nodes or fewer agents help'
  if (status >= 500) return `failed (${type}: ${reason})`
  return `refused (${type}: ${reason})`
}

/** Status 0 when the error is no answer of the server. */
export function reasonOf(error: unknown): Reason {
  if (!(error instanceof errors.ResponseError)) return { status: 0, type: '', reason: '' }
  const body = (error.body ?? {}) as { error?: unknown; _shards?: { failures?: { reason: unknown }[] } }
  const first = innermost(body.error ?? body._shards?.failures?.[0].reason)
  return {
    status: error.statusCode ?? 0,
    type: first?.type ?? 'http',
    reason: (first?.reason ?? String(error.statusCode)).replaceAll('\n', ' '),
  }
}

/** Of a search, what the shard said is the reason; the outer one says only that shards failed. */
function innermost(cause: unknown): { type?: string; reason?: string } | undefined {
  if (typeof cause === 'string') return { type: 'http', reason: cause }
  if (typeof cause !== 'object' || cause === null) return undefined
  const { caused_by, root_cause, ...own } = cause as { caused_by?: unknown; root_cause?: unknown[]; type?: string; reason?: string }
  return innermost(root_cause?.[0]) ?? innermost(caused_by) ?? own
}
