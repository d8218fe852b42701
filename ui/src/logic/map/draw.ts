import type { Place } from './edits.ts'
import type { Flow, Link } from './graph.ts'

/** A radius for a share of the traffic: areas compare, and the smallest can still be hit. */
export const radius = (bytes: number, most: number): number => 9 + 13 * Math.sqrt(most === 0 ? 0 : Math.min(bytes / most, 1))

/** Width of a link: traffic differs by powers of ten, so it grows with the logarithm. */
export const width = (bytes: number, most: number): number =>
  most <= 1 || bytes <= 1 ? 1.5 : 1.5 + 7.5 * Math.max(0, 1 - Math.log10(most / bytes) / 4)

export interface Band {
  flow: Flow
  /** Of the link's middle, across; and how wide. */
  offset: number
  width: number
}

const LEAST_BAND = 1.25

/** A link's width shared by its outcomes, none too thin to be seen. */
export function bands({ flows, count }: Pick<Link, 'flows' | 'count'>, total: number): Band[] {
  const widths = flows.map((flow) => Math.max((flow.count / Math.max(count, 1e-9)) * total, LEAST_BAND))
  const whole = widths.reduce((sum, each) => sum + each, 0)
  let at = -whole / 2
  return flows.map((flow, i) => {
    const band = { flow, offset: at + widths[i] / 2, width: widths[i] }
    at += widths[i]
    return band
  })
}

/** How far links between the same two nodes bend: those of several protocols, and those that go back, lie apart. */
export function bends(links: readonly Pick<Link, 'id' | 'from' | 'to'>[]): Map<string, number> {
  const pairs = Map.groupBy(links, ({ from, to }) => (from < to ? `${from}\n${to}` : `${to}\n${from}`))
  const bend = new Map<string, number>()
  for (const pair of pairs.values()) {
    const opposed = pair.some(({ from }) => from !== pair[0].from)
    const sides = Map.groupBy(pair, ({ from }) => from)
    for (const side of sides.values())
      for (const [i, { id }] of side.entries()) bend.set(id, opposed ? 26 + i * 26 : (i - (side.length - 1) / 2) * 34)
  }
  return bend
}

export interface Curve {
  from: Place
  control: Place
  to: Place
}

/** A curve from the edge of one node to that of another, `offset` px to its side. */
export function curve(a: Place, b: Place, radii: [number, number], bend: number, offset = 0): Curve {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const length = Math.hypot(dx, dy) || 1
  const [ux, uy] = [dx / length, dy / length]
  const aside = (x: number, y: number, by: number): Place => ({ x: x - uy * by, y: y + ux * by })
  const [start, end] = [Math.min(radii[0], length / 2), Math.max(length - radii[1] - 5, length / 2)]
  return {
    from: aside(a.x + ux * start, a.y + uy * start, offset),
    control: aside(a.x + dx / 2, a.y + dy / 2, offset + bend),
    to: aside(a.x + ux * end, a.y + uy * end, offset),
  }
}

const one = (value: number): string => value.toFixed(1)
export const path = ({ from, control, to }: Curve): string =>
  `M${one(from.x)} ${one(from.y)}Q${one(control.x)} ${one(control.y)} ${one(to.x)} ${one(to.y)}`

/** Half way along a curve: where its label stands. */
export const middle = ({ from, control, to }: Curve): Place => ({
  x: from.x / 4 + control.x / 2 + to.x / 4,
  y: from.y / 4 + control.y / 2 + to.y / 4,
})

/** The head of an arrow at the end of a curve. */
export function head({ control, to }: Curve, size: number): string {
  const [dx, dy] = [to.x - control.x, to.y - control.y]
  const length = Math.hypot(dx, dy) || 1
  const [ux, uy] = [(dx / length) * size, (dy / length) * size]
  const tip = { x: to.x + ux * 0.9, y: to.y + uy * 0.9 }
  return `M${one(tip.x)} ${one(tip.y)}L${one(to.x - uy * 0.6)} ${one(to.y + ux * 0.6)}L${one(to.x + uy * 0.6)} ${one(to.y - ux * 0.6)}Z`
}

/** The links whose mean is the longest, at most so many: their latency stands beside them. */
export const slowest = (links: readonly Link[], most: number): Set<string> =>
  new Set(
    links
      .filter(({ mean }) => mean > 0)
      .toSorted((a, b) => b.mean - a.mean)
      .slice(0, most)
      .map(({ id }) => id),
  )

/** The node nearest in a direction, for arrow keys; undefined at the edge. */
export function nearest(places: ReadonlyMap<string, Place>, from: string, direction: Place): string | undefined {
  const here = places.get(from)
  if (!here) return undefined
  let best: { id: string; far: number } | undefined
  for (const [id, { x, y }] of places) {
    const [dx, dy] = [x - here.x, y - here.y]
    const along = dx * direction.x + dy * direction.y
    const across = Math.abs(dx * direction.y - dy * direction.x)
    if (id === from || along <= 0 || across > along * 2) continue
    const far = along + across * 2
    if (!best || far < best.far) best = { id, far }
  }
  return best?.id
}
