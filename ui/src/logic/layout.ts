/** A column of the grid as the reader wants it: its width in px where that was chosen, and whether it stays in sight. */
export interface Placed {
  key: string
  width?: number
  pinned?: true
}

export type Layout = readonly Placed[]

export const NARROWEST = 40
export const WIDEST = 1200

const bounded = (width: number): number => Math.min(Math.max(Math.round(width), NARROWEST), WIDEST)

/** As it stands in a link: `time*,action,what:320`; a star pins, a number after a colon is the width. */
export const formatLayout = (layout: Layout): string =>
  layout.map(({ key, width, pinned }) => `${key}${pinned ? '*' : ''}${width === undefined ? '' : `:${width}`}`).join(',')

/** Reads what `formatLayout` wrote. Columns that are not known are left out; undefined when none is left. */
export function parseLayout(text: string | undefined, known: (key: string) => boolean): Layout | undefined {
  const layout: Placed[] = []
  for (const part of (text ?? '').split(',')) {
    const [, key, star, width] = /^([\w.@-]+)(\*?)(?::(\d{1,5}))?$/.exec(part) ?? []
    if (key === undefined || !known(key) || layout.some((placed) => placed.key === key)) continue
    layout.push({ key, ...(width !== undefined && { width: bounded(Number(width)) }), ...(star && { pinned: true as const }) })
  }
  return layout.length > 0 ? sorted(layout) : undefined
}

/** Pinned columns stand first. */
const sorted = (layout: Layout): Layout => [...layout.filter(({ pinned }) => pinned), ...layout.filter(({ pinned }) => !pinned)]

/** With a column at the end, or without it. The last one stays. */
export function toggled(layout: Layout, key: string): Layout {
  if (!layout.some((placed) => placed.key === key)) return [...layout, { key }]
  return layout.length > 1 ? layout.filter((placed) => placed.key !== key) : layout
}

export const resized = (layout: Layout, key: string, width: number): Layout =>
  layout.map((placed) => (placed.key === key ? { ...placed, width: bounded(width) } : placed))

export const pinned = (layout: Layout, key: string): Layout =>
  sorted(layout.map(({ pinned, ...placed }) => ((placed.key === key) !== (pinned === true) ? { ...placed, pinned: true } : placed)))

/** With a column where another stands; one that is not pinned does not go in front of those that are. */
export function moved(layout: Layout, key: string, before: string | undefined): Layout {
  const column = layout.find((placed) => placed.key === key)
  if (!column || key === before) return layout
  const others = layout.filter((placed) => placed !== column)
  const at = before === undefined ? others.length : others.findIndex((placed) => placed.key === before)
  return at < 0 ? layout : sorted(others.toSpliced(at, 0, column))
}

/** With a column one place on, or back. */
export function nudged(layout: Layout, key: string, step: -1 | 1): Layout {
  const at = layout.findIndex((placed) => placed.key === key)
  const to = at + step
  if (at < 0 || to < 0 || to >= layout.length) return layout
  return sorted(layout.with(at, layout[to]).with(to, layout[at]))
}
