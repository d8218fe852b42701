import { effect, signal } from '@preact/signals'
import type { StatusDocument } from '#events/documents/status.ts'
import { read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { renewed } from './connection.ts'

export type Agent = StatusDocument & { last_seen: number; silent: boolean }

export const agents = signal<Agent[]>([])
const REFRESH = 10_000

async function refresh(): Promise<void> {
  try {
    agents.value = (await read<{ items: Agent[] }>('/agents')).items
  } catch (error) {
    report(error, () => {})
  }
}

/** An agent said how it is. */
export function heard(status: StatusDocument): void {
  const news: Agent = { ...status, last_seen: serverNow(), silent: false }
  agents.value = [...agents.value.filter(({ agent }) => agent.id !== status.agent.id), news].sort((a, b) =>
    a.agent.name < b.agent.name ? -1 : 1,
  )
}

effect(() => {
  void renewed.value
  void refresh()
  const timer = setInterval(() => !document.hidden && void refresh(), REFRESH)
  return () => clearInterval(timer)
})
