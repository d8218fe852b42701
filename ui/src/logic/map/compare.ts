import { templateOf } from '#engines/http/template.ts'
import { count, duration } from '../format.ts'
import { add, errorShare, type Figures, figuresOf, type Graph, NONE, type Row } from './graph.ts'
import { NO_NAMES } from './group.ts'

export type Kind = 'failing' | 'new' | 'gone' | 'slower'

/** What became of a link or an endpoint. */
export interface Change {
  id: string
  kind: Kind
  /** How many calls are concerned; failures weigh more. The more, the further up. */
  score: number
  words: string
}

/** The question for endpoints. */
export const ENDPOINTS = 'server.address,event.action,url.path'
const WEIGHT: Record<Kind, number> = { failing: 10, new: 1, gone: 1, slower: 2 }
/** Below these it may be chance, or nobody's concern. */
const LEAST = { share: 0.02, errors: 2, ratio: 1.3, calls: 3, nanos: 1e6 }

/** Figures by name. */
export type Measured = ReadonlyMap<string, Figures>

export const linksOf = ({ links }: Graph): Measured => new Map(links.map((link) => [link.id, link]))

/** Endpoints of an answer to `ENDPOINTS`, ids in paths folded. */
export function endpointsOf(rows: readonly Row[], names = NO_NAMES): Measured {
  const all = new Map<string, Figures>()
  for (const row of rows) {
    const [server, action, path] = row.key
    const id = [action, `${names.get(String(server)) ?? server ?? ''}${typeof path === 'string' ? templateOf(path) : ''}`]
      .filter((part) => part !== null)
      .join(' ')
    all.set(id, add(all.get(id) ?? NONE, figuresOf(row)))
  }
  return all
}

/** What changed from `before` to `now`, the most first. `scale`: how much longer the stretch of now is than that of before. */
export function compare(now: Measured, before: Measured, scale: number): Change[] {
  const ids = new Set([...now.keys(), ...before.keys()])
  return [...ids]
    .flatMap((id) => changesOf(id, now.get(id), before.get(id), scale))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

function changesOf(id: string, now: Figures | undefined, before: Figures | undefined, scale: number): Change[] {
  const change = (kind: Kind, calls: number, words: string): Change => ({ id, kind, score: calls * WEIGHT[kind], words })
  if (!now) return before ? [change('gone', before.count * scale, `${count(before.count)} calls before, none now`)] : []
  if (!before) {
    const failed = now.errors > 0 ? `, ${percent(errorShare(now))} failed` : ''
    return [change('new', now.count + now.errors, `${count(now.count)} calls now, none before${failed}`)]
  }
  const changes: Change[] = []
  const [shareNow, shareBefore] = [errorShare(now), errorShare(before)]
  if (shareNow - shareBefore >= LEAST.share && now.errors >= LEAST.errors && unlikely(now, before))
    changes.push(change('failing', (shareNow - shareBefore) * now.count, `${percent(shareBefore)} → ${percent(shareNow)} of calls failed`))
  const enough = Math.min(now.count, before.count) >= LEAST.calls
  const ratio = before.mean === 0 ? 0 : now.mean / before.mean
  if (enough && ratio >= LEAST.ratio && now.mean - before.mean >= LEAST.nanos)
    changes.push(
      change(
        'slower',
        (1 - 1 / ratio) * now.count,
        `mean ${duration(before.mean / 1000)} → ${duration(now.mean / 1000)} (× ${ratio.toFixed(1)})`,
      ),
    )
  return changes
}

/** Two shares that differ by more than chance would have it (two proportions, pooled; twice the standard error). */
function unlikely(now: Figures, before: Figures): boolean {
  const pooled = (now.errors + before.errors) / (now.count + before.count)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / now.count + 1 / before.count))
  return errorShare(now) - errorShare(before) >= 2 * error
}

/** `12 %`, `0.4 %`. */
export const percent = (share: number): string => `${share > 0 && share < 0.0995 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`

/** The stretches that can be compared with, by name: how far before the one looked at they lie, ms; of `before` its own length. */
export const EARLIER = { before: undefined, hour: 3_600_000, day: 86_400_000, week: 604_800_000 } as const

/** The stretch to compare with: a name of `EARLIER`, or `from~to` (ISO 8601 or ms). Undefined: it is neither. */
export function earlier(text: string, { from, to }: { from: number; to: number }): { from: number; to: number } | undefined {
  if (text in EARLIER) {
    const back = EARLIER[text as keyof typeof EARLIER] ?? to - from
    return { from: from - back, to: to - back }
  }
  const [start, end] = text.split('~').map((part) => (/^\d+$/.test(part) ? Number(part) : Date.parse(part)))
  return start < end ? { from: start, to: end } : undefined
}
