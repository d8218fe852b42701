import type { TargetedPointerEvent } from 'preact'
import { useState } from 'preact/hooks'

interface RangeHandlesProps {
  /** What the chart below shows, ms. */
  from: number
  to: number
  /** px left free at both ends, as the chart has them. */
  left: number
  right: number
  describe(ms: number): string
  /** Asked when a handle is let go, or moved by a key. */
  onChange(from: number, to: number): void
}

type End = 'from' | 'to'
const ENDS: readonly End[] = ['from', 'to']
const NAMES: Record<End, string> = { from: 'Start of the range', to: 'End of the range' }
/** Of the range, by which an arrow key moves an end. */
const STEP = 0.02
const LEAST_PX = 4

/** Handles at both ends of a chart over time: dragged inwards they cut the range off, outwards they widen it. */
export function RangeHandles({ from, to, left, right, describe, onChange }: RangeHandlesProps) {
  const [held, setHeld] = useState<{ end: End; px: number; at: number } | undefined>()
  const moved = (end: End, at: number) => (end === 'from' ? onChange(at, to) : onChange(from, at))
  const take = (end: End) => (event: TargetedPointerEvent<HTMLButtonElement>) => {
    const handle = event.currentTarget
    const width = handle.parentElement!.clientWidth
    const start = event.clientX
    const stop = new AbortController()
    const placeOf = ({ clientX }: PointerEvent) => {
      const most = width - LEAST_PX
      const px = end === 'from' ? Math.min(clientX - start, most) : Math.max(clientX - start, -most)
      return { end, px, at: (end === 'from' ? from : to) + (px / width) * (to - from) }
    }
    handle.setPointerCapture(event.pointerId)
    handle.addEventListener('pointermove', (move) => setHeld(placeOf(move)), stop)
    handle.addEventListener(
      'pointerup',
      (up) => {
        const { px, at } = placeOf(up)
        stop.abort()
        setHeld(undefined)
        if (px !== 0) moved(end, at)
      },
      stop,
    )
    handle.addEventListener(
      'pointercancel',
      () => {
        stop.abort()
        setHeld(undefined)
      },
      stop,
    )
    event.preventDefault()
  }
  const keys = (end: End) => (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (!direction) return
    moved(end, (end === 'from' ? from : to) + direction * STEP * (to - from))
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="range-handles" style={{ left: `${left}px`, right: `${right}px` }}>
      {held && held.px * (held.end === 'from' ? 1 : -1) > 0 && (
        <div class={`range-cut ${held.end}`} style={{ width: `${Math.abs(held.px)}px` }} />
      )}
      {ENDS.map((end) => (
        <button
          key={end}
          type="button"
          class={`range-handle ${end}`}
          aria-label={`${NAMES[end]}: ${describe(end === 'from' ? from : to)}`}
          title={`${NAMES[end]}: drag it, or move it with the arrow keys`}
          style={{ transform: held?.end === end ? `translateX(${held.px}px)` : undefined }}
          onPointerDown={take(end)}
          onKeyDown={keys(end)}
        >
          {held?.end === end && <span class="range-at">{describe(held.at)}</span>}
        </button>
      ))}
    </div>
  )
}
