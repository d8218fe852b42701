import { useLayoutEffect, useRef, useState } from 'preact/hooks'

/** First and last column and row of a part, both inclusive. */
export interface Cells {
  columns: [number, number]
  rows: [number, number]
}

interface HeatMapProps {
  label: string
  /** How dark each cell is, 0 to 1: by column, then row from the foot. */
  shades: number[][]
  /** Changes when colours on the screen changed. */
  painted: number
  columnTitle(column: number): string
  rowTitle(row: number): string
  /** Whether a row's title stands beside it. */
  isMarked(row: number): boolean
  /** What a cell says; undefined where it is empty. */
  describe(column: number, row: number): string | undefined
  onSelect(cells: Cells): void
}

const GUTTER = 58
const FOOT = 20
const SPACE = 110

type Place = [column: number, row: number]

/** Cells in shades of one colour; a rectangle drawn on them is selected. */
export function HeatMap(props: HeatMapProps) {
  const { label, shades, describe, onSelect, painted } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const from = useRef<Place>(undefined)
  const [to, setTo] = useState<Place>()
  const [size, setSize] = useState({ width: 0, height: 0 })

  useLayoutEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) => setSize({ width: contentRect.width, height: contentRect.height }))
    observer.observe(canvas.current!)
    return () => observer.disconnect()
  }, [])
  const selected = from.current && to ? cellsOf(from.current, to) : undefined
  useLayoutEffect(() => draw(canvas.current!, size, props, selected), [shades, size, painted, to])

  const placeOf = (event: { clientX: number; clientY: number }): Place => {
    const { left, top } = canvas.current!.getBoundingClientRect()
    const [columns, rows] = [shades.length, shades[0].length]
    const x = (event.clientX - left - GUTTER) / (size.width - GUTTER)
    const y = 1 - (event.clientY - top) / (size.height - FOOT)
    return [clamp(Math.floor(x * columns), columns), clamp(Math.floor(y * rows), rows)]
  }
  const told = to && !selected ? describe(...to) : undefined
  return (
    <div class="heat-map">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          from.current = placeOf(event)
          setTo(from.current)
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => setTo(placeOf(event))}
        onPointerUp={(event) => {
          if (from.current) onSelect(cellsOf(from.current, placeOf(event)))
          from.current = undefined
          setTo(undefined)
        }}
        onPointerLeave={() => from.current === undefined && setTo(undefined)}
      />
      <output class="heat-told">{told ?? '\u00a0'}</output>
    </div>
  )
}

const clamp = (at: number, length: number): number => Math.min(Math.max(at, 0), length - 1)
const ordered = (a: number, b: number): [number, number] => (a < b ? [a, b] : [b, a])
const cellsOf = (a: Place, b: Place): Cells => ({ columns: ordered(a[0], b[0]), rows: ordered(a[1], b[1]) })

function draw(
  canvas: HTMLCanvasElement,
  { width, height }: { width: number; height: number },
  props: HeatMapProps,
  selected: Cells | undefined,
): void {
  if (width === 0 || height === 0) return
  canvas.width = Math.round(width * devicePixelRatio)
  canvas.height = Math.round(height * devicePixelRatio)
  const context = canvas.getContext('2d')!
  context.scale(devicePixelRatio, devicePixelRatio)
  const colour = (name: string) => getComputedStyle(canvas).getPropertyValue(name).trim()
  const { shades, columnTitle, rowTitle, isMarked } = props
  const [columns, rows] = [shades.length, shades[0].length]
  const [wide, high] = [(width - GUTTER) / columns, (height - FOOT) / rows]
  const top = (row: number) => height - FOOT - (row + 1) * high
  context.fillStyle = colour('--series-1')
  shades.forEach((column, i) => {
    column.forEach((shade, row) => {
      if (shade === 0) return
      context.globalAlpha = shade
      context.fillRect(GUTTER + i * wide, top(row), Math.max(wide - 0.5, 1), Math.max(high - 0.5, 1))
    })
  })
  context.globalAlpha = 1
  context.fillStyle = colour('--ink-soft')
  context.font = '11px system-ui, sans-serif'
  for (let row = 0; row < rows; row++) if (isMarked(row)) context.fillText(rowTitle(row), 4, top(row) + high)
  const step = Math.ceil(SPACE / wide)
  for (let i = 0; i < columns - step / 2; i += step) context.fillText(columnTitle(i), GUTTER + i * wide, height - 5)
  if (!selected) return
  context.strokeStyle = colour('--ink-soft')
  const [left, right] = selected.columns
  const [low, up] = selected.rows
  context.strokeRect(GUTTER + left * wide, top(up), (right - left + 1) * wide, (up - low + 1) * high)
}
