import { forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY, type SimulationNodeDatum } from 'd3-force'
import type { Place } from './edits.ts'

interface Ends {
  from: string
  to: string
}
interface Point extends SimulationNodeDatum {
  id: string
  x: number
  y: number
}

/** Between columns, and between nodes of one; labels find room in it. */
const COLUMN = 210
const ROW = 64
/** Heights are stretched meanwhile, since labels make nodes wider than high. */
const FLAT = 1.7
const STEPS = 160

/** How many calls deep each node lies: callers that nobody calls at 0. Calls back to who is on the way are passed over. */
export function depths(ids: readonly string[], links: readonly Ends[]): Map<string, number> {
  const out = new Map<string, string[]>(ids.map((id) => [id, []]))
  const called = new Set<string>()
  for (const { from, to } of links) {
    out.get(from)?.push(to)
    called.add(to)
  }
  const order: string[] = []
  const state = new Map<string, 'open' | 'done'>()
  const forward: Ends[] = []
  const visit = (root: string) => {
    const stack: { id: string; next: number }[] = [{ id: root, next: 0 }]
    state.set(root, 'open')
    while (stack.length > 0) {
      const top = stack.at(-1)!
      const to = out.get(top.id)?.[top.next++]
      if (to === undefined) {
        stack.pop()
        state.set(top.id, 'done')
        order.push(top.id)
      } else if (state.get(to) !== 'open') {
        forward.push({ from: top.id, to })
        if (state.has(to)) continue
        state.set(to, 'open')
        stack.push({ id: to, next: 0 })
      }
    }
  }
  for (const id of [...ids.filter((each) => !called.has(each)), ...ids]) if (!state.has(id)) visit(id)
  const depth = new Map(ids.map((id) => [id, 0]))
  const onward = Map.groupBy(forward, ({ from }) => from)
  for (const id of order.toReversed())
    for (const { to } of onward.get(id) ?? []) depth.set(to, Math.max(depth.get(to) ?? 0, depth.get(id)! + 1))
  return depth
}

/**
 * Places for nodes, callers left of whom they call. Those in `known` stay where they are; the others find room around them.
 * The same is answered for the same. Yields between steps, so that the page stays alive with many nodes.
 */
export function* layOut(
  ids: readonly string[],
  links: readonly Ends[],
  known: Readonly<Record<string, Place>>,
): Generator<void, Map<string, Place>> {
  const depth = depths(ids, links)
  const points = start(ids, links, known, depth)
  if (points.every(({ fx }) => fx != null)) return places(points)
  const there = new Set(ids)
  const simulation = forceSimulation(points)
    .force('x', forceX<Point>(({ id }) => depth.get(id)! * COLUMN).strength(0.35))
    .force('y', forceY<Point>(0).strength(0.04))
    .force('charge', forceManyBody<Point>().strength(-420).distanceMax(900))
    .force(
      'links',
      forceLink<Point, { source: string; target: string }>(pairs(links, there))
        .id(({ id }) => id)
        .distance(COLUMN)
        .strength(0.12),
    )
    .force('room', forceCollide<Point>(ROW * 0.9))
    .alphaDecay(1 - 0.002 ** (1 / STEPS))
    .stop()
  for (let step = 0; step < STEPS; step++) {
    simulation.tick()
    yield
  }
  return places(points)
}

/** Where nodes begin: known ones where they are, others near those they speak with, else in their column. */
function start(
  ids: readonly string[],
  links: readonly Ends[],
  known: Readonly<Record<string, Place>>,
  depth: Map<string, number>,
): Point[] {
  const column = new Map<number, number>()
  return ids.map((id) => {
    const place = known[id]
    if (place) return { id, x: place.x, y: place.y * FLAT, fx: place.x, fy: place.y * FLAT }
    const near = links.flatMap(({ from, to }) => {
      const other = from === id ? known[to] : to === id ? known[from] : undefined
      return other ? [{ x: other.x + (from === id ? -COLUMN : COLUMN), y: other.y }] : []
    })
    const at = depth.get(id)!
    const row = column.get(at) ?? 0
    column.set(at, row + 1)
    // Above and below in turn, so that a column grows from its middle.
    const y = Math.ceil(row / 2) * (row % 2 === 0 ? 1 : -1) * ROW * FLAT
    if (near.length === 0) return { id, x: at * COLUMN, y }
    return { id, x: mean(near.map(({ x }) => x)), y: mean(near.map(({ y: each }) => each * FLAT)) + y / 4 }
  })
}

const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Links of several protocols pull once. */
const pairs = (links: readonly Ends[], there: Set<string>): { source: string; target: string }[] => [
  ...new Map(
    links.filter(({ from, to }) => there.has(from) && there.has(to)).map(({ from, to }) => [`${from} ${to}`, { source: from, target: to }]),
  ).values(),
]

const places = (points: readonly Point[]): Map<string, Place> =>
  new Map(points.map(({ id, x, y }) => [id, { x: Math.round(x), y: Math.round(y / FLAT) }]))

/** What of the plane has to be seen: left and top, width and height, with room for labels. */
export function frame(all: Iterable<Place>): { x: number; y: number; width: number; height: number } {
  const known = [...all]
  if (known.length === 0) return { x: -100, y: -100, width: 200, height: 200 }
  const [left, right] = extremes(known.map(({ x }) => x))
  const [top, bottom] = extremes(known.map(({ y }) => y))
  return { x: left - 90, y: top - 40, width: right - left + 180, height: bottom - top + 90 }
}

const extremes = (values: number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
  values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
]
