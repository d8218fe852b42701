import type { Scope, Store } from '#adapters/store/port.ts'
import type { Filter } from '#engines/query/ast.ts'
import type { Mark, Quality, QualityBin } from '#events/documents/quality.ts'
import type { StatusDocument } from '#events/documents/status.ts'

const MINUTE = 60_000
/** An agent says within how many seconds it speaks again; when it is so much later than that, it is silent. */
const LATE_MS = 40_000
const EVERY_S = 20
/** No agent is asked to speak more seldom than this: its last word before a time lies so far back at most. */
const SELDOM_MS = 15 * MINUTE
const MOST_STATUSES = 20_000
const MOST_BINS = 50_000

/** When an agent that said this last is silent, ms since 1970. */
export const silentFrom = ({ '@timestamp': at, spider }: StatusDocument): number =>
  Date.parse(at) + (spider.next ?? EVERY_S) * 1000 + LATE_MS

const STATUSES = ['complete', 'incomplete', 'malformed', 'pending'] as const

const NOTHING = {
  complete: 0,
  incomplete: 0,
  malformed: 0,
  pending: 0,
  captured: 0,
  kernel: 0,
  overflow: 0,
  filtered: 0,
  own: 0,
  encrypted: 0,
}

/** Sessions of TLS of which something could not be read: their handshakes are calls, and say so until they are decrypted. */
const ENCRYPTED: Filter = {
  kind: 'and',
  of: [
    { kind: 'exists', field: 'spider.tls.decryption' },
    { kind: 'not', of: { kind: 'compare', field: 'spider.tls.decryption', op: '=', value: 'decrypted' } },
  ],
}

/** Calls by completeness, what agents lost and what happened to them, per minute of [from, to). Minutes of which nothing is known are left out. */
export async function qualityOf(store: Store, scope: Scope, from: number, to: number, now: number): Promise<Quality> {
  const bins = new Map<number, QualityBin>()
  const bin = (time: number): QualityBin => {
    const minute = Math.floor(time / MINUTE) * MINUTE
    let found = bins.get(minute)
    if (!found) {
      found = { time: minute, ...NOTHING, silent: [] }
      bins.set(minute, found)
    }
    return found
  }
  const perMinute = (family: 'exchanges' | 'sessions', filter: Filter, ...dimensions: string[]) =>
    store.aggregate(scope, family, {
      from,
      to,
      filter,
      groupBy: [{ time: MINUTE }, ...dimensions.map((dimension) => ({ dimension }))],
      metrics: [],
      sort: { by: 'key', order: 'asc' },
      most: MOST_BINS,
    })
  const [{ groups }, encrypted] = await Promise.all([
    perMinute('exchanges', { kind: 'all' }, 'spider.status'),
    perMinute('exchanges', ENCRYPTED),
  ])
  for (const { key, count } of encrypted.groups) bin(Number(key[0])).encrypted += count
  for (const { key, count } of groups) {
    const status = STATUSES.find((each) => each === key[1])
    if (status) bin(Number(key[0]))[status] += count
  }
  const statuses = await store.find(scope, 'status', {
    from: from - SELDOM_MS,
    to,
    filter: { kind: 'all' },
    size: MOST_STATUSES,
    order: 'oldest',
  })
  const agents = groupByAgent(statuses.items)
  for (const [, said] of agents) addAgent(said, bin, from, Math.min(to, now))
  return {
    width: MINUTE,
    bins: [...bins.values()].sort((a, b) => a.time - b.time),
    marks: [...agents.values()].flatMap((said) => marksOf(said, from, Math.min(to, now))).sort((a, b) => a.time - b.time),
  }
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
      into.filtered += status.spider.filtered.packets - (before?.spider.filtered.packets ?? 0)
      into.own += (status.spider.filtered.own ?? 0) - (before?.spider.filtered.own ?? 0)
      into.overflow += status.spider.overflow.packets - (before?.spider.overflow.packets ?? 0)
    }
    if (status.spider.state !== 'capturing' || status.spider.source.kind !== 'interface') return
    const next = said[index + 1]
    const until = next ? Date.parse(next['@timestamp']) : to
    for (let silent = silentFrom(status); silent < until; silent += MINUTE) if (silent >= from) bin(silent).silent.push(status.agent.name)
  })
}

/** When an agent began, ended, fell silent and was heard again, as its statuses tell, within [from, to). */
function marksOf(said: StatusDocument[], from: number, to: number): Mark[] {
  const marks: Mark[] = []
  const mark = (time: number, kind: Mark['kind'], { agent }: StatusDocument) => {
    if (time >= from && time < to) marks.push({ time, kind, agent: agent.name })
  }
  said.forEach((status, index) => {
    const time = Date.parse(status['@timestamp'])
    const before = said[index - 1]
    const next = said[index + 1]
    const { state } = status.spider
    if (before === undefined && state === 'capturing') mark(time, 'started', status)
    else if (before !== undefined && time > silentFrom(before) && before.spider.state === 'capturing') mark(time, 'back', status)
    if (state !== 'capturing' && before?.spider.state !== state) mark(time, state, status)
    const until = next ? Date.parse(next['@timestamp']) : to
    if (state === 'capturing' && status.spider.source.kind === 'interface' && until > silentFrom(status))
      mark(silentFrom(status), 'silent', status)
  })
  return marks
}
