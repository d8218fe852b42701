import { useRef } from 'preact/hooks'
import type { Column, Sorting } from './columns.ts'

interface GridHeadProps {
  columns: Column<never>[]
  left: ReadonlyMap<string, number>
  sorting: Sorting | undefined
  onSort(by: string): void
  /** While a column is drawn wider, and when it is let go. */
  onResize(key: string, width: number, done: boolean): void
  /** A column goes in front of another. */
  onMove(key: string, before: string): void
}

/** The titles: a click sorts, their right edge is drawn to a width, and they are dragged to another place. */
export function GridHead({ columns, left, sorting, onSort, onResize, onMove }: GridHeadProps) {
  const dragged = useRef<string>(undefined)
  return (
    <thead>
      <tr class="grid-head" aria-rowindex={1}>
        {columns.map(({ key, title, align, sortBy }) => {
          const sorted = sortBy !== undefined && sortBy === sorting?.by ? sorting.order : undefined
          return (
            <th
              key={key}
              scope="col"
              class={`cell ${align ?? ''}${left.has(key) ? ' pinned' : ''}`}
              style={{ left: left.has(key) ? `${left.get(key)}px` : undefined }}
              aria-sort={sorted && (sorted === 'asc' ? 'ascending' : 'descending')}
              draggable
              onDragStart={(event) => {
                dragged.current = key
                event.dataTransfer?.setData('text/plain', title)
              }}
              onDragOver={(event) => dragged.current && event.preventDefault()}
              onDrop={(event) => {
                event.preventDefault()
                if (dragged.current && dragged.current !== key) onMove(dragged.current, key)
                dragged.current = undefined
              }}
              onDragEnd={() => {
                dragged.current = undefined
              }}
            >
              {sortBy === undefined ? (
                title
              ) : (
                <button type="button" class="sort" title={`Sort by ${title.toLowerCase()}`} onClick={() => onSort(sortBy)}>
                  {title}
                  {sorted && <span aria-hidden="true">{sorted === 'asc' ? ' ▲' : ' ▼'}</span>}
                </button>
              )}
              <Grip onResize={(width, done) => onResize(key, width, done)} />
            </th>
          )
        })}
      </tr>
    </thead>
  )
}

/** The edge of a title. Widths can be typed elsewhere: this is for the pointer alone. */
function Grip({ onResize }: { onResize(width: number, done: boolean): void }) {
  const from = useRef<number>(undefined)
  const widthAt = (x: number) => x - from.current!
  return (
    <span
      class="grip"
      aria-hidden="true"
      draggable
      onDragStart={(event) => {
        event.preventDefault()
        event.stopPropagation()
      }}
      onPointerDown={(event) => {
        event.preventDefault()
        from.current = event.currentTarget.parentElement!.getBoundingClientRect().left
        event.currentTarget.setPointerCapture(event.pointerId)
      }}
      onPointerMove={(event) => from.current !== undefined && onResize(widthAt(event.clientX), false)}
      onPointerUp={(event) => {
        if (from.current === undefined) return
        onResize(widthAt(event.clientX), true)
        from.current = undefined
      }}
    />
  )
}
