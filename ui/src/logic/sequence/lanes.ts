import type { Call } from './call.ts'
import type { Nested } from './nest.ts'

export const LANES = ['causes', 'pairs', 'connections'] as const
export type Lanes = (typeof LANES)[number]

/** A line of the waterfall: calls that do not overlap. */
export interface Line {
  calls: Call[]
  /** How deep it is nested. */
  depth: number
}
export interface Lane {
  title: string
  lines: Line[]
}

/** The calls in lanes: each under what caused it, or by who asked whom, or by connection, as many lines as there were at once. */
export function lanesOf(trees: readonly Nested[], by: Lanes): Lane[] {
  if (by === 'causes') return [{ title: '', lines: trees.flatMap((tree) => nestedLines(tree, 0)) }]
  const titleOf = ({ from, to, session }: Call) => (by === 'pairs' ? `${from} → ${to}` : `${from} → ${to} · ${session.slice(0, 8)}`)
  const calls = trees.flatMap(callsOf).sort((a, b) => a.start - b.start)
  return [...Map.groupBy(calls, titleOf)].map(([title, of]) => ({ title, lines: pack(of) }))
}

const callsOf = ({ call, children }: Nested): Call[] => [call, ...children.flatMap(callsOf)]
const nestedLines = ({ call, children }: Nested, depth: number): Line[] => [
  { calls: [call], depth },
  ...children.flatMap((child) => nestedLines(child, depth + 1)),
]

/** As few lines as hold calls, in order of their start, without overlap. */
export function pack(calls: readonly Call[]): Line[] {
  const lines: Line[] = []
  for (const call of calls) {
    const free = lines.find((line) => line.calls.at(-1)!.end <= call.start)
    if (free) free.calls.push(call)
    else lines.push({ calls: [call], depth: 0 })
  }
  return lines
}
