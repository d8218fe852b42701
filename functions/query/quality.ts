import type { Scope, Store } from '#adapters/store/port.ts'
import type { StatusDocument } from '#events/documents/status.ts'

const MINUTE = 60_000
/** An agent speaks every 20 s: after three times that it is silent. */
export const SILENT_MS = 60_000
const MOST_STATUSES = 20_000
const MOST_BINS = 50_000

export interface QualityBin {
  time: number
  complete: number
  incomplete: number
  malformed: number
  pending: number
  captured: number
  kernel: number
  overflow: number
  silent: string[]
}

const STATUSES = ['complete', 'incomplete', 'malformed', 'pending'] as const

/** Calls by completeness, and what agents lost, per minute of [from, to). Minutes of which nothing is known are left out. */
export async function qualityOf(
  store: Store,
  scope: Scope,
  from: number,
  to: number,
  now: number,
): Promise<{ width: number; bins: QualityBin[] }> {
  const bins = new Map<number, QualityBin>()
  const bin = (time: number): QualityBin => {
    const minute = Math.floor(time / MINUTE) * MINUTE
    let found = bins.get(minute)
    if (!found) {
      found = { time: minute, complete: 0, incomplete: 0, malformed: 0, pending: 0, captured: 0, kernel: 0, overflow: 0, silent: [] }
      bins.set(minute, found)
    }
    return found
  }
  const { groups } = await store.aggregate(scope, 'exchanges', {
    from,
    to,
    filter: { kind: 'all' },
    groupBy: [{ time: MINUTE }, { dimension: 'spider.status' }],
    metrics: [],
    sort: { by: 'key', order: 'asc' },
    most: MOST_BINS,
  })
  for (const { key, count } of groups) {
    const status = STATUSES.find((each) => each === key[1])
    if (status) bin(Number(key[0]))[status] += count
  }
  const statuses = await store.find(scope, 'status', {
    from: from - SILENT_MS,
    to,
    filter: { kind: 'all' },
    size: MOST_STATUSES,
    order: 'oldest',
  })
  for (const [, said] of groupByAgent(statuses.items)) addAgent(said, bin, from, Math.min(to, now))
  return { width: MINUTE, bins: [...bins.values()].sort((a, b) => a.time - b.time) }
}

function groupByAgent(statuses: StatusDocument[]): Map<string, StatusDocument[]> {
  const groups = new Map<string, StatusDocument[]>()
  for (const status of statuses) {
    const group = groups.get(status.agent.id)
    if (group) group.push(status)
    else groups.set(status.agent.id, [status])
  }
  return groups
}

/** Adds the differences between one status of an agent and the next to the minutes they were said in, and its silences. */
function addAgent(said: StatusDocument[], bin: (time: number) => QualityBin, from: number, to: number): void {
  said.forEach((status, index) => {
    const time = Date.parse(status['@timestamp'])
    const before = said[index - 1]
    if (time >= from) {
      const into = bin(time)
      into.captured += status.spider.captured.packets - (before?.spider.captured.packets ?? 0)
      into.kernel += status.spider.dropped.kernel - (before?.spider.dropped.kernel ?? 0)
      into.overflow += status.spider.overflow.packets - (before?.spider.overflow.packets ?? 0)
    }
    if (status.spider.state !== 'capturing' || status.spider.source.kind !== 'interface') return
    const next = said[index + 1]
    const until = next ? Date.parse(next['@timestamp']) : to
    for (let silent = time + SILENT_MS; silent < until; silent += MINUTE) if (silent >= from) bin(silent).silent.push(status.agent.name)
  })
}
