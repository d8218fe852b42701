import { effect, signal } from '@preact/signals'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { heard } from './agents.ts'
import { url } from './api.ts'
import { arrived, catchUp } from './calls.ts'
import { doubt, renewed } from './connection.ts'
import { extent, readExtent } from './extent.ts'
import { following, q } from './place.ts'
import { changed } from './selected.ts'

/** Whether the feed is open. */
export const feeding = signal(false)
/** A page nobody sees holds no connection: browsers have few of them for all pages of a server. */
const seen = signal(!document.hidden)
document.addEventListener('visibilitychange', () => {
  seen.value = !document.hidden
})

/** Something may have been missed since the list was read. */
let missed = false

effect(() => {
  void renewed.value
  if (!following.value || !seen.value) return
  const source = new EventSource(url('/live', { q: q.value }))
  source.addEventListener('open', () => {
    feeding.value = true
    if (missed) void catchUp()
    missed = false
  })
  source.addEventListener('error', () => {
    feeding.value = false
    missed = true
    // A refused filter also ends here; the grid's own question says what is wrong with it.
    void doubt()
  })
  source.addEventListener('exchanges', (event) => {
    const news = JSON.parse(event.data) as { items: ExchangeDocument[]; counted: number; skipped: number }
    arrived(news)
    changed(news.items)
    if (!extent.peek()?.total) void readExtent()
  })
  source.addEventListener('status', (event) => heard(JSON.parse(event.data) as StatusDocument))
  return () => {
    source.close()
    feeding.value = false
    missed = !seen.peek()
  }
})
