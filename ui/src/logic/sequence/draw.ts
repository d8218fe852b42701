import { duration } from '../format.ts'
import type { Call } from './call.ts'
import { answerText, loopText, participants, type Row } from './rows.ts'

/** A shape of the drawing; `tone` is its look, `call` the call that it shows. px. */
export type Shape = { tone: string; call?: Call } & (
  | { kind: 'line'; x1: number; y1: number; x2: number; y2: number }
  | { kind: 'rect'; x: number; y: number; width: number; height: number }
  | { kind: 'text'; x: number; y: number; text: string; anchor: 'start' | 'middle' | 'end' }
  | { kind: 'path'; d: string }
)

export interface Drawing {
  width: number
  height: number
  shapes: Shape[]
  /** Where each asking can be hit. */
  hits: { call: Call; x: number; y: number; width: number; height: number }[]
  /** Who takes part, and where their lines are. */
  columns: { name: string; x: number }[]
}

const COLUMN = 190
const LEFT = 90
export const HEAD = 34
const ROW = 26
const BAR = 8
const SIGN = 6.2

/** Places the rows from top to bottom: lines of who takes part, arrows, bars of who is busy, frames of what repeats or goes on at once. */
export function draw(rows: readonly Row[]): Drawing {
  const names = participants(rows)
  const columns = names.map((name, i) => ({ name, x: LEFT + i * COLUMN }))
  const at = new Map(columns.map(({ name, x }) => [name, x]))
  const width = LEFT * 2 + Math.max(names.length - 1, 0) * COLUMN
  const height = HEAD + rows.length * ROW + 16
  const busy = new Map<string, number[]>()
  const hits: Drawing['hits'] = []
  const frames: { y: number; text: string; from: number; depth: number }[] = []
  const [back, bars, front]: Shape[][] = [[], [], []]
  const edge = (who: string, towards: number): number => {
    const level = (busy.get(who)?.length ?? 0) - 1
    const x = at.get(who)! + Math.max(level, 0) * 4
    return level < 0 ? x : towards > x ? x + BAR / 2 : x - BAR / 2
  }
  for (const [i, row] of rows.entries()) {
    const y = HEAD + i * ROW + ROW / 2 + 6
    switch (row.kind) {
      case 'ask': {
        const [x1, target] = [edge(row.call.from, at.get(row.call.to)!), at.get(row.call.to)!]
        hits.push({
          call: row.call,
          x: Math.min(x1, target),
          y: y - ROW + 10,
          width: Math.max(Math.abs(target - x1), COLUMN / 2),
          height: ROW - 2,
        })
        busy.set(row.call.to, [...(busy.get(row.call.to) ?? []), y])
        front.push(...arrow(x1, edge(row.call.to, x1), y, row.certain ? 'ask' : 'ask perhaps', row.call, row.call.label, target))
        break
      }
      case 'answer':
      case 'lost': {
        const open = busy.get(row.call.to) ?? []
        const x1 = edge(row.call.to, at.get(row.call.from)!)
        const since = open.at(-1) ?? y
        const left = at.get(row.call.to)! + (open.length - 1) * 4 - BAR / 2
        bars.push({ kind: 'rect', tone: `active tone-${row.call.tone}`, x: left, y: since, width: BAR, height: y - since, call: row.call })
        busy.set(row.call.to, open.slice(0, -1))
        const words = row.kind === 'lost' ? 'no answer' : answerText(row.call)
        front.push(...arrow(x1, edge(row.call.from, x1), y, `answer tone-${row.call.tone}`, row.call, words, at.get(row.call.from)!))
        break
      }
      case 'think':
        front.push({ kind: 'text', tone: 'think', x: at.get(row.who)! + 14, y: y + 4, text: duration(row.micros), anchor: 'start' })
        break
      case 'loop':
      case 'par':
        frames.push({ y: y - ROW / 2 + 3, text: row.kind === 'loop' ? loopText(row) : 'at the same time', from: i, depth: frames.length })
        break
      case 'and': {
        const { depth } = frames.at(-1)!
        back.push({ kind: 'line', tone: 'and', x1: 8 + depth * 6, y1: y, x2: width - 8 - depth * 6, y2: y })
        break
      }
      case 'end': {
        const { y: top, text, depth } = frames.pop()!
        const x = 8 + depth * 6
        back.push({ kind: 'rect', tone: 'frame', x, y: top, width: width - 2 * x, height: y - top })
        front.push({ kind: 'text', tone: 'frame-text', x: x + 6, y: top + 13, text, anchor: 'start' })
        break
      }
    }
  }
  const lines = columns.map(({ x }): Shape => ({ kind: 'line', tone: 'life', x1: x, y1: HEAD - 6, x2: x, y2: height - 8 }))
  return { width, height, hits, columns, shapes: [...lines, ...back.toReversed(), ...bars, ...front] }
}

/** An arrow with its words over it, as long as there is room; within one column it turns back. */
function arrow(x1: number, x2: number, y: number, tone: string, call: Call, words: string, target: number): Shape[] {
  const self = Math.abs(x2 - x1) < 20
  const room = self ? COLUMN - 30 : Math.abs(x2 - x1) - 16
  const text = shorten(words, room)
  const way = x2 > x1 ? 1 : -1
  if (self)
    return [
      { kind: 'path', tone, call, d: `M${target + 4} ${y - 6}h22v8h-18` },
      { kind: 'text', tone: 'words', call, x: target + 32, y: y + 2, text, anchor: 'start' },
    ]
  return [
    { kind: 'line', tone, call, x1, y1: y, x2: x2 - way, y2: y },
    { kind: 'path', tone: `${tone} point`, call, d: `M${x2 - way * 8} ${y - 4}L${x2} ${y}L${x2 - way * 8} ${y + 4}Z` },
    { kind: 'text', tone: 'words', call, x: (x1 + x2) / 2, y: y - 4, text, anchor: 'middle' },
  ]
}

/** A text cut in its middle to so many px: paths differ at both ends. */
export function shorten(words: string, room: number): string {
  const most = Math.max(Math.floor(room / SIGN), 3)
  if (words.length <= most) return words
  const head = Math.ceil((most - 1) * 0.6)
  return `${words.slice(0, head)}…${words.slice(words.length - (most - 1 - head))}`
}
