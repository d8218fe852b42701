import { effect, signal } from '@preact/signals'
import type { LiveCalls } from '#events/documents/live.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import { heard } from './agents.ts'
import { url } from './api.ts'
import { arrived, catchUp } from './calls.ts'
import { doubt, renewed } from './connection.ts'
import { extent, readExtent } from './extent.ts'
import { paced } from './pace.ts'
import { following, q } from './place.ts'
import { seen } from './seen.ts'
import { changed } from './selected.ts'
import { fedWith, feedClosed, feedOpened, wanted } from './timeline.ts'

/** Whether the feed is open. */
export const feeding = signal(false)

/** Something may have been missed since the list was read. */
let missed = false

effect(() => {
  void renewed.value
  if (!following.value || !seen.value) return
  const source = new EventSource(url('/live', { q: q.value, ...wanted.value }))
  source.addEventListener('open', () => {
    feeding.value = true
    feedOpened()
    if (missed) void catchUp()
    missed = false
  })
  source.addEventListener('error', () => {
    feeding.value = false
    feedClosed()
    missed = true
    // A refused filter also ends here; the grid's own question says what is wrong with it.
    void doubt()
  })
  source.addEventListener('exchanges', (event) => {
    const news = JSON.parse(event.data) as LiveCalls
    fedWith(news.bins)
    paced(news)
    arrived(news)
    changed(news.items)
    if (!extent.peek()?.total) void readExtent()
  })
  source.addEventListener('status', (event) => heard(JSON.parse(event.data) as StatusDocument))
  return () => {
    source.close()
    feeding.value = false
    feedClosed()
    missed = !seen.peek()
  }
})
