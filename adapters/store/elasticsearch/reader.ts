import type { Client, estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import type { Range, Scope } from '../port.ts'
import type { Server } from './connect.ts'
import { storeError } from './errors.ts'
import { aliasOf } from './names.ts'
import { isoOf } from './times.ts'
import { where } from './where.ts'

/** A part of an answer is none: documents that are missing from it would look as if they had not been. */
export const COMPLETE = { allow_partial_search_results: false }

/** Asks the indices of a family, under their alias. */
export class Reader {
  readonly prefix: string
  readonly #server: Server

  constructor(server: Server, prefix: string) {
    this.#server = server
    this.prefix = prefix
  }

  /** Runs a request. Throws `StoreUnavailable` with what Elasticsearch says against it. */
  async ask<T>(request: (client: Client) => Promise<T>): Promise<T> {
    try {
      return await request(this.#server.client)
    } catch (error) {
      throw storeError(error, this.#server.name)
    }
  }

  /** Throws the signal's reason when nobody waits any more: the connection is closed, and Elasticsearch gives up the search. */
  async search<Document>(family: Family, body: estypes.SearchRequest, signal?: AbortSignal): Promise<estypes.SearchResponse<Document>> {
    signal?.throwIfAborted()
    try {
      return await this.ask((client) => client.search<Document>({ ...this.indices(family), ...COMPLETE, ...body }, { signal }))
    } catch (error) {
      throw signal?.aborted ? signal.reason : error
    }
  }

  /** Where there is no index yet, there is nothing to be found. */
  indices(family: Family): { index: string; ignore_unavailable: boolean; allow_no_indices: boolean } {
    return { index: aliasOf(this.prefix, family), ignore_unavailable: true, allow_no_indices: true }
  }
}

/** A team's documents that meet all conditions. There is no other way to a query, so that none can forget the team. */
export const ofTeam = ({ team }: Scope, ...conditions: estypes.QueryDslQueryContainer[]): estypes.QueryDslQueryContainer => ({
  bool: { filter: [{ term: { 'spider.team': team } }, ...conditions] },
})

/** A team's documents of a range. */
export const within = (scope: Scope, family: Family, { from, to, filter }: Range): estypes.QueryDslQueryContainer =>
  ofTeam(scope, { range: { '@timestamp': { gte: isoOf(from), lt: isoOf(to) } } }, where(filter, family))
