import type { TargetedKeyboardEvent, TargetedMouseEvent } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type CellAction, type Column, fitting, pins, type Sorting } from './columns.ts'
import { GridHead } from './GridHead.tsx'
import { cellId, GridRow } from './GridRow.tsx'
import { reach } from './reach.ts'
import { useVirtual } from './virtual.ts'

export interface GridProps<Row> {
  label: string
  columns: Column<Row>[]
  /** Whether columns go when room is short; else the list is scrolled sideways. */
  fit: boolean
  sorting: Sorting | undefined
  rows: Row[]
  /** Rows there are in all, those not read yet included. */
  total: number | undefined
  keyOf(row: Row): string
  toneOf(row: Row): string
  /** Key of the row the keyboard is on, and of the one that is shown elsewhere. */
  current: string | undefined
  opened: string | undefined
  /** Keys of the rows that something is to be done with. */
  chosen: ReadonlySet<string>
  /** A row is chosen or let go; or all from the one chosen before (or from `from`) to it. */
  onChoose(key: string, how: 'one' | 'stretch', from?: string): void
  onSort(by: string): void
  onResize(column: string, width: number): void
  onMove(column: string, before: string): void
  onCurrent(key: string): void
  onOpen(key: string): void
  onNearEnd(): void
  /** Told when the first row comes into sight or leaves it. */
  onTop(atTop: boolean): void
  /** What can be done with a cell; undefined where there is nothing. */
  actions(row: Row, column: string): CellAction[] | undefined
  /** Counts up when the list is to be shown from its top. */
  rewind: number
}

const ROW_HEIGHT = 24
const NEAR_END = 40

/**
 * A table of any length: only the rows in sight exist. Arrow keys, j and k move; Enter opens; letters run a cell's actions.
 * Space, or a click with Ctrl, chooses a row; Shift a stretch.
 */
export function Grid<Row>(props: GridProps<Row>) {
  const { rows, keyOf, current, opened, actions } = props
  const scroller = useRef<HTMLTableSectionElement>(null)
  const list = useVirtual(scroller, rows.length, ROW_HEIGHT)
  const [width, setWidth] = useState(innerWidth)
  const [column, setColumn] = useState(0)
  const [over, setOver] = useState<{ row: string; column: string } | undefined>()
  const [drawn, setDrawn] = useState<{ key: string; width: number } | undefined>()
  const wanted = drawn
    ? props.columns.map((each) => (each.key === drawn.key ? { ...each, width: drawn.width, grow: 0 } : each))
    : props.columns
  const columns = props.fit ? fitting(wanted, width) : wanted
  const left = pins(columns)
  const template = columns.map(({ width: least, grow }) => (grow ? `minmax(${least}px, ${grow}fr)` : `${least}px`)).join(' ')
  const layout = `${template} ${columns.map(({ key }) => key).join()} ${left.size}`
  const least = props.fit ? 0 : columns.reduce((sum, column) => sum + column.width, 0)
  const at = current === undefined ? -1 : rows.findIndex((row) => keyOf(row) === current)
  const focused = columns[Math.min(column, columns.length - 1)]?.key

  useLayoutEffect(() => {
    const body = scroller.current!
    const observer = new ResizeObserver(([entry]) => {
      setWidth(entry.contentRect.width)
      body.parentElement!.style.setProperty('--scroll-bar', `${body.offsetWidth - body.clientWidth}px`)
    })
    observer.observe(body)
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => {
    scroller.current!.scrollTop = 0
  }, [props.rewind])

  const items = list.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useLayoutEffect(() => {
    if (rows.length > 0 && last >= rows.length - NEAR_END) props.onNearEnd()
  }, [last, rows.length])

  const move = (to: number) => {
    if (rows.length === 0) return
    const next = Math.min(Math.max(to, 0), rows.length - 1)
    props.onCurrent(keyOf(rows[next]))
    list.scrollToIndex(next, { align: 'auto' })
  }
  const screen = () => Math.max(Math.floor(scroller.current!.clientHeight / ROW_HEIGHT) - 2, 1)
  const sideways = (step: number) => setColumn(Math.min(Math.max(Math.min(column, columns.length - 1) + step, 0), columns.length - 1))
  const moves: Record<string, () => void> = {
    ArrowDown: () => move(at + 1),
    j: () => move(at + 1),
    ArrowUp: () => move(at - 1),
    k: () => move(at - 1),
    PageDown: () => move(at + screen()),
    PageUp: () => move(at - screen()),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    ArrowRight: () => sideways(1),
    ArrowLeft: () => sideways(-1),
    Enter: () => at >= 0 && props.onOpen(keyOf(rows[at])),
    ' ': () => at >= 0 && props.onChoose(keyOf(rows[at]), 'one'),
  }
  /** Moves with Shift held: what was passed is chosen. */
  const draw = (step: number) => {
    const to = rows[Math.min(Math.max(at + step, 0), rows.length - 1)]
    if (!to) return
    props.onChoose(keyOf(to), 'stretch', at >= 0 ? keyOf(rows[at]) : undefined)
    move(at + step)
  }
  const draws: Record<string, () => void> = { ArrowDown: () => draw(1), ArrowUp: () => draw(-1) }
  const keys = (event: TargetedKeyboardEvent<HTMLTableElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest('thead')) return
    const action = at >= 0 && focused ? actions(rows[at], focused)?.find(({ key }) => key === event.key) : undefined
    const run = action?.run ?? (event.shiftKey ? draws[event.key] : undefined) ?? moves[event.key]
    if (!run) return
    run()
    event.preventDefault()
    event.stopPropagation()
  }
  const point = (event: TargetedMouseEvent<HTMLTableElement>) => {
    const cell = (event.target as Element).closest<HTMLElement>('[data-column]')
    const row = cell?.parentElement?.dataset.key
    if (cell && row) setOver({ row, column: cell.dataset.column! })
  }
  const click = (event: TargetedMouseEvent<HTMLTableElement>) => {
    const row = (event.target as Element).closest<HTMLElement>('[data-key]')?.dataset.key
    if (row && event.shiftKey) return props.onChoose(row, 'stretch', current)
    if (row && (event.ctrlKey || event.metaKey)) return props.onChoose(row, 'one')
    // Who marks text in a row wants to copy it.
    if (!row || getSelection()?.type === 'Range') return
    props.onOpen(row)
  }
  return (
    <table
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-multiselectable
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at >= 0 && focused ? cellId(keyOf(rows[at]), focused) : undefined}
      tabIndex={0}
      ref={(grid) => {
        grid?.style.setProperty('--columns', template)
        grid?.style.setProperty('--least', `${least}px`)
      }}
      onKeyDown={keys}
      onMouseOver={point}
      onFocus={() => setOver(undefined)}
      onMouseLeave={() => setOver(undefined)}
      onMouseDown={(event) => event.shiftKey && event.preventDefault()}
      onClick={click}
    >
      <GridHead
        columns={columns as Column<never>[]}
        left={left}
        sorting={props.sorting}
        onSort={props.onSort}
        onResize={(key, width, done) => {
          setDrawn(done ? undefined : { key, width })
          if (done) props.onResize(key, width)
        }}
        onMove={props.onMove}
      />
      <tbody
        class="grid-body"
        ref={(body) => {
          scroller.current = body
          reach(body)
        }}
        style={{ '--length': `${list.getTotalSize()}px` }}
        onScroll={({ currentTarget }) => {
          props.onTop(currentTarget.scrollTop < ROW_HEIGHT)
          currentTarget.parentElement!.querySelector('thead')!.scrollLeft = currentTarget.scrollLeft
        }}
      >
        {items
          .filter(({ index }) => index < rows.length)
          .map(({ index, start }) => {
            const row = rows[index]
            const key = keyOf(row)
            return (
              <GridRow
                key={key}
                id={key}
                row={row}
                index={index}
                start={start}
                columns={columns as Column<unknown>[]}
                left={left}
                layout={layout}
                tone={props.toneOf(row)}
                chosen={props.chosen.has(key)}
                current={index === at}
                opened={key === opened}
                focused={index === at ? focused : undefined}
                over={over?.row === key ? over.column : undefined}
                actions={actions as (row: unknown, column: string) => CellAction[] | undefined}
              />
            )
          })}
      </tbody>
    </table>
  )
}
