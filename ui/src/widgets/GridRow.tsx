import { Component } from 'preact'
import type { CellAction, Column } from './columns.ts'

interface GridRowProps<Row> {
  id: string
  row: Row
  index: number
  /** px from the top of the list. */
  start: number
  columns: Column<Row>[]
  tone: string
  current: boolean
  opened: boolean
  /** Key of the column the keyboard, or the pointer, is in. */
  focused: string | undefined
  over: string | undefined
  actions(row: Row, column: string): CellAction[] | undefined
}

/** What a row is drawn from, columns apart (those are new at every drawing, but only their number ever changes). */
const LOOKED_AT = ['row', 'index', 'start', 'tone', 'current', 'opened', 'focused', 'over'] as const

/** One row; drawn again only when something about it changed. */
export class GridRow<Row> extends Component<GridRowProps<Row>> {
  override shouldComponentUpdate(next: GridRowProps<Row>): boolean {
    return LOOKED_AT.some((name) => this.props[name] !== next[name]) || this.props.columns.length !== next.columns.length
  }

  override render({ id, row, index, start, columns, tone, current, opened, focused, over, actions }: GridRowProps<Row>) {
    return (
      <tr
        class={`grid-row ${tone}${current ? ' current' : ''}${opened ? ' opened' : ''}`}
        aria-rowindex={index + 2}
        aria-selected={opened}
        data-key={id}
        style={{ transform: `translateY(${start}px)` }}
      >
        {columns.map((column) => (
          <td
            key={column.key}
            id={`cell-${id}-${column.key}`}
            class={`cell cell-${column.key} ${column.align ?? ''}${column.key === focused ? ' focused' : ''}`}
            data-column={column.key}
            title={column.hint?.(row)}
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
