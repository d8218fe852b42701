import type { TargetedKeyboardEvent, TargetedMouseEvent } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type CellAction, type Column, fitting } from './columns.ts'
import { GridRow } from './GridRow.tsx'
import { useVirtual } from './virtual.ts'

export interface GridProps<Row> {
  label: string
  columns: Column<Row>[]
  rows: Row[]
  /** Rows there are in all, those not read yet included. */
  total: number | undefined
  keyOf(row: Row): string
  toneOf(row: Row): string
  /** Key of the row the keyboard is on, and of the one that is shown elsewhere. */
  current: string | undefined
  opened: string | undefined
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

/** A table of any length: only the rows in sight exist. Arrow keys, j and k move; Enter opens; letters run a cell's actions. */
export function Grid<Row>(props: GridProps<Row>) {
  const { rows, keyOf, current, opened, actions } = props
  const scroller = useRef<HTMLTableSectionElement>(null)
  const list = useVirtual(scroller, rows.length, ROW_HEIGHT)
  const [width, setWidth] = useState(innerWidth)
  const [column, setColumn] = useState(0)
  const [over, setOver] = useState<{ row: string; column: string } | undefined>()
  const columns = fitting(props.columns, width)
  const template = columns.map(({ width: least, grow }) => (grow ? `minmax(${least}px, ${grow}fr)` : `${least}px`)).join(' ')
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
  }
  const keys = (event: TargetedKeyboardEvent<HTMLTableElement>) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const action = at >= 0 && focused ? actions(rows[at], focused)?.find(({ key }) => key === event.key) : undefined
    const run = action?.run ?? moves[event.key]
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
    // Who marks text in a row wants to copy it.
    if (!row || getSelection()?.type === 'Range') return
    props.onOpen(row)
  }
  return (
    <table
      class="grid"
      role="grid"
      aria-label={props.label}
      aria-rowcount={(props.total ?? rows.length) + 1}
      aria-colcount={columns.length}
      aria-activedescendant={at >= 0 && focused ? `cell-${keyOf(rows[at])}-${focused}` : undefined}
      tabIndex={0}
      ref={(grid) => grid?.style.setProperty('--columns', template)}
      onKeyDown={keys}
      onMouseOver={point}
      onFocus={() => setOver(undefined)}
      onMouseLeave={() => setOver(undefined)}
      onClick={click}
    >
      <thead>
        <tr class="grid-head" aria-rowindex={1}>
          {columns.map(({ key, title, align }) => (
            <th key={key} scope="col" class={`cell ${align ?? ''}`}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody
        class="grid-body"
        ref={scroller}
        tabIndex={0}
        style={{ '--length': `${list.getTotalSize()}px` }}
        onScroll={(event) => props.onTop(event.currentTarget.scrollTop < ROW_HEIGHT)}
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
                tone={props.toneOf(row)}
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
