import { duration } from '../format.ts'
import type { Call } from './call.ts'
import type { Step } from './fold.ts'

/** A line of a diagram, from top to bottom. */
export type Row =
  | { kind: 'ask'; call: Call; certain: boolean }
  | { kind: 'answer'; call: Call }
  /** The end of a call that nobody answered. */
  | { kind: 'lost'; call: Call }
  /** Nothing was asked or answered meanwhile: who was asked computed, or waited for what was not captured. */
  | { kind: 'think'; who: string; micros: number }
  | { kind: 'loop'; times: number; micros: number }
  /** Branches that went on at the same time: opened by `par`, each further one by `and`. */
  | { kind: 'par' }
  | { kind: 'and' }
  | { kind: 'end' }

/** Shorter than this share of a call, or than this, µs, nobody has to see. */
const LEAST_SHARE = 0.1
const LEAST_MICROS = 500

/** The lines of steps: asking, what it caused, answering. */
export function rowsOf(steps: readonly Step[]): Row[] {
  return together(steps).flatMap((group) => {
    if (group.length === 1) return rowsOfStep(group[0])
    return [...group.flatMap((step, i): Row[] => [{ kind: i === 0 ? 'par' : 'and' }, ...rowsOfStep(step)]), { kind: 'end' }]
  })
}

/** Steps in groups of those that overlap in time. */
export function together(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = []
  let end = Number.NEGATIVE_INFINITY
  for (const step of steps) {
    if (step.start < end) groups.at(-1)!.push(step)
    else groups.push([step])
    end = Math.max(end, step.end)
  }
  return groups
}

function rowsOfStep({ nested: { call, by }, times, start, end, children }: Step): Row[] {
  const rows: Row[] = [{ kind: 'ask', call, certain: by !== 'time' }, ...within(call, children)]
  rows.push(call.result === undefined && call.answered === undefined ? { kind: 'lost', call } : { kind: 'answer', call })
  return times > 1 ? [{ kind: 'loop', times, micros: end - start }, ...rows, { kind: 'end' }] : rows
}

/** What a call caused, with the times between. */
function within(call: Call, children: readonly Step[]): Row[] {
  const rows: Row[] = []
  let at = call.sent
  const think = (until: number): void => {
    const micros = until - at
    if (micros >= LEAST_MICROS && micros >= (call.end - call.start) * LEAST_SHARE) rows.push({ kind: 'think', who: call.to, micros })
  }
  for (const group of together(children)) {
    think(group[0].start)
    rows.push(...rowsOf(group))
    at = Math.max(at, ...group.map(({ end }) => end))
  }
  if (children.length > 0) think(call.answered ?? call.end)
  return rows
}

/** Who takes part, in the order in which they appear. */
export const participants = (rows: readonly Row[]): string[] => [
  ...new Set(rows.flatMap((row) => (row.kind === 'ask' ? [row.call.from, row.call.to] : []))),
]

export const answerText = ({ result, start, end }: Call): string => `${result ?? 'answered'} · ${duration(end - start)}`
export const loopText = ({ times, micros }: { times: number; micros: number }): string => `${times} times in ${duration(micros)}`
