import type { Range, Scope, Search, Store } from '#adapters/store/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

const PAGE = 500

/** Which calls are exported: those of a range and filter, newest first or sorted, `most` of them; or those chosen by their ids. */
export type Chosen = { range: Range; sort?: Search['sort']; most: number } | { ids: readonly string[] }

/** Calls of an export, page by page; `total` says how many fit, whatever is exported. */
export interface Pages {
  total: number
  pages: AsyncIterable<ExchangeDocument[]>
}

/** Reads the first page at once, so that what is wrong is said before anything is answered. */
export async function pagesOf(store: Store, scope: Scope, chosen: Chosen): Promise<Pages> {
  if ('ids' in chosen) {
    const calls = await store.getMany(scope, 'exchanges', chosen.ids)
    const order = new Map(chosen.ids.map((id, i) => [id, i]))
    calls.sort((one, other) => order.get(one.event.id)! - order.get(other.event.id)!)
    return { total: calls.length, pages: once(calls) }
  }
  const { range, sort, most } = chosen
  const read = (after: string | undefined, left: number) =>
    store.find(scope, 'exchanges', { ...range, sort, size: Math.min(PAGE, left), order: 'newest', ...(after !== undefined && { after }) })
  const first = await read(undefined, most)
  async function* pages(): AsyncGenerator<ExchangeDocument[]> {
    let left = most
    for (let page = first; ; page = await read(page.next, left)) {
      yield page.items
      left -= page.items.length
      if (page.next === undefined || left <= 0) return
    }
  }
  return { total: first.total, pages: pages() }
}

async function* once(calls: ExchangeDocument[]): AsyncGenerator<ExchangeDocument[]> {
  yield calls
}
