import { effect, signal } from '@preact/signals'
import { actionOf, summaryOf } from '../logic/call.ts'
import { selected } from './selected.ts'

/** What calls that were open are called, by id. */
export const titles = signal<ReadonlyMap<string, string>>(new Map())

effect(() => {
  const call = selected.value
  if (!call) return
  const title = call.spider.summary ?? `${actionOf(call)} ${call.url?.path ?? summaryOf(call)}`
  if (titles.peek().get(call.event.id) !== title) titles.value = new Map(titles.peek()).set(call.event.id, title)
})
