import { computed, effect, signal } from '@preact/signals'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { LiveCalls } from '#events/documents/live.ts'
import { latest } from '../logic/latest.ts'
import { spanOf } from '../logic/range.ts'
import { apart, append, arrive, flood, letIn, MOST_LIVE, merge, NO_ROWS, type Rows } from '../logic/rows.ts'
import { type Parameters, read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { renewed } from './connection.ts'
import { refused } from './filter.ts'
import { address, q, range } from './place.ts'

interface Page {
  total: number
  items: ExchangeDocument[]
  next?: string
}

export const rows = signal<Rows>(NO_ROWS)
export const total = signal<number | undefined>(undefined)
export const loading = signal(false)
/** Whether the reader is at the top and reads nothing in particular: then new calls are let in at once. Set by the grid. */
export const atTop = signal(true)

/** The field that the store sorts by, with - before it for the largest first; else the newest are first. */
export const sorting = computed(() => address.value.views['grid.sort'])

/** Whether anything shows the list: only then is it read. */
export const listed = signal(false)

const SIZE = 200
let cursor: string | undefined
let ended = false
const run = latest()

const OLDEST = '@timestamp'
/** As the server takes it. The time alone sorts the other way round. */
const orderNow = (): Parameters => (sorting.value === OLDEST ? { order: 'oldest' } : { order: 'newest', sort: sorting.value })

/** Reads the first page again. */
export function reload(): void {
  const { from, to } = spanOf(range.value, serverNow())
  const live = range.value.kind === 'live'
  const filter = q.value
  const order = orderNow()
  loading.value = true
  run(async (stop) => {
    try {
      const page = await read<Page>('/exchanges', { from, to: live ? undefined : to, q: filter, size: SIZE, ...order }, stop)
      cursor = page.next
      ended = !page.next
      rows.value = { ...NO_ROWS, items: page.items }
      total.value = page.total
      refused.value = undefined
    } catch (error) {
      report(error, (message) => {
        refused.value = message
      })
    } finally {
      loading.value = stop.aborted
    }
  })
}

effect(() => {
  void [range.value, q.value, renewed.value, sorting.value]
  if (listed.value) reload()
})

/** Reads the page below the last row, when there is one and none is on its way. */
export function loadMore(): void {
  const last = rows.value.items.at(-1)
  if (ended || loading.value || !last) return
  const { from, to } = spanOf(range.value, serverNow())
  const filter = q.value
  // Without a cursor (rows were let go while live) the last row's time says where to go on.
  const order = orderNow()
  const place = cursor ? { to: range.value.kind === 'live' ? undefined : to, after: cursor } : { to: Date.parse(last['@timestamp']) + 1 }
  // What a cursor leads to lies below; what a time leads to may lie among the last rows.
  const join = cursor || sorting.value ? append : (items: ExchangeDocument[], below: ExchangeDocument[]) => merge(below, items)
  loading.value = true
  run(async (stop) => {
    try {
      const page = await read<Page>('/exchanges', { from, q: filter, size: SIZE, ...order, ...place }, stop)
      cursor = page.next
      ended = !page.next
      rows.value = { ...rows.value, items: join(rows.value.items, page.items) }
    } catch (error) {
      report(error, () => {})
    } finally {
      loading.value = stop.aborted
    }
  })
}

/** Reads what came while the feed was away. Who reads the list keeps it as it is; what is new waits. */
export async function catchUp(): Promise<void> {
  if (!listed.value) return
  if (atTop.value || sorting.value) return reload()
  const { from } = spanOf(range.value, serverNow())
  try {
    const page = await read<Page>('/exchanges', { from, q: q.value, size: SIZE, order: 'newest' })
    const before = rows.value
    const after = arrive(before, page.items, false)
    const gap = page.items.length === SIZE && after.waiting.length - before.waiting.length === SIZE
    settle({ ...after, skipped: after.skipped + (gap ? 1 : 0) })
    total.value = page.total
  } catch (error) {
    report(error, () => {})
  }
}

/** The live feed tells of calls. */
export function arrived({ items, counted, skipped }: LiveCalls): void {
  if (!listed.value) return
  const before = rows.value
  if (sorting.value) rows.value = apart(before, items, skipped)
  else settle(flood(before, items, skipped, atTop.value))
  if (skipped > 0 || (isTorn(rows.value) && calm === undefined)) wholeSoon()
  if (total.value !== undefined) total.value += counted
}

let calm: ReturnType<typeof setTimeout> | undefined
const SOON = 2000

/** In a flood not every call is sent: who watches it from the top has the list whole when it is over. */
function wholeSoon(): void {
  clearTimeout(calm)
  calm = setTimeout(() => {
    calm = undefined
    if (atTop.value && isTorn(rows.value)) reload()
  }, SOON)
}

const isTorn = ({ skipped, holes }: Rows): boolean => holes || skipped > 0

/** Shows the calls that waited. After a flood the list is read again, since not every call of it was sent. */
export function showWaiting(): void {
  if (isTorn(rows.value)) reload()
  else settle(letIn(rows.value))
}

/** Where rows were let go at the end, the cursor no longer says what comes next. */
function settle(after: Rows): void {
  if (after.items.length >= MOST_LIVE && after.items.at(-1) !== rows.value.items.at(-1)) {
    cursor = undefined
    ended = false
  }
  rows.value = after
}
