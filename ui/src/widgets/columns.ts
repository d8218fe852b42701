import type { ComponentChildren } from 'preact'

export interface Column<Row> {
  key: string
  title: string
  /** Width in px; those that `grow` share what is left by that number. */
  width: number
  grow?: number
  /** Columns with the highest number are the first to go when room is short; 0 stays. */
  yields: number
  align?: 'end'
  /** What the list is sorted by at a click on the title; absent: it cannot be. */
  sortBy?: string
  /** Stays in sight when the list is scrolled sideways. Those come first. */
  pinned?: boolean
  cell(row: Row): ComponentChildren
  /** Whole text of the cell, shown when the pointer rests on it. */
  hint?(row: Row): string | undefined
}

/** Something to do with a cell: a small button on it, and a key. */
export interface CellAction {
  key: string
  sign: string
  label: string
  run(): void
}

export interface Sorting {
  by: string
  order: 'asc' | 'desc'
}

/** Where pinned columns stand, px from the left, by key. */
export function pins<Row>(columns: readonly Column<Row>[]): ReadonlyMap<string, number> {
  const left = new Map<string, number>()
  let sum = 0
  for (const { key, width, pinned } of columns) {
    if (!pinned) break
    left.set(key, sum)
    sum += width
  }
  return left
}

/** The columns that have room in `width` px. */
export function fitting<Row>(columns: Column<Row>[], width: number): Column<Row>[] {
  const shown = columns.slice()
  while (shown.reduce((sum, column) => sum + column.width, 0) > width) {
    const yielding = shown.reduce((worst, column) => (column.yields > worst.yields ? column : worst))
    if (yielding.yields === 0) break
    shown.splice(shown.indexOf(yielding), 1)
  }
  return shown
}
