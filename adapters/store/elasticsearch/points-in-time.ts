import { randomUUID } from 'node:crypto'
import type { estypes } from '@elastic/elasticsearch'
import type { Family } from '#events/documents/families.ts'
import type { Server } from './connect.ts'
import { reasonOf } from './errors.ts'
import { aliasOf } from './names.ts'
import { COMPLETE } from './reader.ts'

export interface Found<Document> {
  response: estypes.SearchResponse<Document>
  /** Of the point in time; undefined when there is none. */
  name: string | undefined
}

/** Each keeps segments on the server's disk that were merged away meanwhile. */
const MOST_OPEN = 100
const KEEP_ALIVE = '2m'

/**
 * Points in time of people who leaf through pages: all pages from the second on show the same documents. Their ids grow with the number of
 * indices, and say what a caller has no business to choose; so cursors only name them, and they stay here. A cursor that comes to another
 * process, or too late, gets a new one.
 */
export class PointsInTime {
  readonly #server: Server
  readonly #prefix: string
  /** By the name in the cursor; the one that was used last is the last. */
  readonly #open = new Map<string, { family: Family; id: string }>()

  constructor(server: Server, prefix: string) {
    this.#server = server
    this.#prefix = prefix
  }

  /** Searches at the point in time of a name, or else at a new one. Answers the name for the page after. Throws as Elasticsearch's client does. */
  async search<Document>(family: Family, name: string | undefined, request: estypes.SearchRequest): Promise<Found<Document>> {
    const known = this.#open.get(name ?? '')
    if (name === undefined || known?.family !== family) return this.#begin(family, request)
    this.#open.delete(name)
    try {
      return await this.#searchAt(name, family, known.id, request)
    } catch (error) {
      if (!isGone(error)) throw error
      return this.#begin(family, request)
    }
  }

  /** Nobody goes on. */
  close(name: string): void {
    const { id } = this.#open.get(name) ?? {}
    this.#open.delete(name)
    if (id !== undefined) this.#server.client.closePointInTime({ id }).catch(expiresByItself)
  }

  async closeAll(): Promise<void> {
    await Promise.allSettled([...this.#open.values()].map(({ id }) => this.#server.client.closePointInTime({ id })))
    this.#open.clear()
  }

  async #begin<Document>(family: Family, request: estypes.SearchRequest): Promise<Found<Document>> {
    const indices = { index: aliasOf(this.#prefix, family), ignore_unavailable: true }
    const { id } = await this.#server.client.openPointInTime({ ...indices, keep_alive: KEEP_ALIVE })
    return this.#searchAt(randomUUID(), family, id, request)
  }

  async #searchAt<Document>(name: string, family: Family, id: string, request: estypes.SearchRequest): Promise<Found<Document>> {
    const response = await this.#server.client.search<Document>({ ...request, ...COMPLETE, pit: { id, keep_alive: KEEP_ALIVE } })
    this.#open.set(name, { family, id: response.pit_id ?? id })
    if (this.#open.size > MOST_OPEN) this.close(this.#open.keys().next().value!)
    return { response, name }
  }
}

/** It expired, or the index or node that it was on is gone. */
const isGone = (error: unknown): boolean => {
  const { status, type } = reasonOf(error)
  return status === 404 || type === 'search_context_missing_exception'
}

/** The server closes it after `KEEP_ALIVE`. */
const expiresByItself = (): void => undefined
