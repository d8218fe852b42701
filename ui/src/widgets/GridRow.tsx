import { Component } from 'preact'
import type { CellAction, Column } from './columns.ts'

interface GridRowProps<Row> {
  id: string
  row: Row
  index: number
  /** px from the top of the list. */
  start: number
  columns: Column<Row>[]
  /** Where pinned columns stand. */
  left: ReadonlyMap<string, number>
  /** Changes when the columns do. */
  layout: string
  tone: string
  chosen: boolean
  current: boolean
  opened: boolean
  /** Key of the column the keyboard, or the pointer, is in. */
  focused: string | undefined
  over: string | undefined
  actions(row: Row, column: string): CellAction[] | undefined
}

/** What a row is drawn from: the columns are new at every drawing, `layout` tells when they are others. */
const LOOKED_AT = ['row', 'index', 'start', 'layout', 'tone', 'chosen', 'current', 'opened', 'focused', 'over'] as const

/** Id of the cell that the keyboard is in. */
export const cellId = (row: string, column: string): string => `cell-${row}-${column}`

/** One row; drawn again only when something about it changed. */
export class GridRow<Row> extends Component<GridRowProps<Row>> {
  override shouldComponentUpdate(next: GridRowProps<Row>): boolean {
    return LOOKED_AT.some((name) => this.props[name] !== next[name])
  }

  override render(props: GridRowProps<Row>) {
    const { id, row, index, start, columns, left, tone, chosen, current, opened, focused, over, actions } = props
    return (
      <tr
        class={`grid-row ${tone}${current ? ' current' : ''}${opened ? ' opened' : ''}${chosen ? ' chosen' : ''}`}
        aria-rowindex={index + 2}
        aria-selected={opened || chosen}
        data-key={id}
        style={{ transform: `translateY(${start}px)` }}
      >
        {columns.map((column) => (
          <td
            key={column.key}
            id={column.key === focused ? cellId(id, column.key) : undefined}
            class={`cell cell-${column.key} ${column.align ?? ''}${column.key === focused ? ' focused' : ''}${column.key === over ? ' over' : ''}${left.has(column.key) ? ' pinned' : ''}`}
            style={left.has(column.key) ? { left: `${left.get(column.key)}px` } : undefined}
            data-column={column.key}
            title={column.key === over ? column.hint?.(row) : undefined}
          >
            {column.cell(row)}
            {column.key === over && <CellActions actions={actions(row, column.key)} />}
          </td>
        ))}
      </tr>
    )
  }
}

function CellActions({ actions }: { actions: CellAction[] | undefined }) {
  return actions ? (
    <span class="cell-actions">
      {actions.map(({ key, sign, label, run }) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          title={`${label} (${key})`}
          aria-label={label}
          onClick={(event) => {
            event.stopPropagation()
            run()
          }}
        >
          {sign}
        </button>
      ))}
    </span>
  ) : null
}
