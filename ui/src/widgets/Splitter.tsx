import type { TargetedPointerEvent } from 'preact'

interface SplitterProps {
  /** What is made larger or smaller, for screen readers. */
  label: string
  /** `x` divides left from right, `y` above from below. */
  axis: 'x' | 'y'
  value: number
  min: number
  max: number
  /** 1: the thing grows as the pointer goes right or down; −1: as it goes left or up. */
  sign: 1 | -1
  onChange(value: number): void
}

const STEP = 16

/** A bar that changes a size by dragging or with the arrow keys. */
export function Splitter({ label, axis, value, min, max, sign, onChange }: SplitterProps) {
  const set = (next: number) => onChange(Math.round(Math.min(Math.max(next, min), max)))
  const drag = (event: TargetedPointerEvent<HTMLHRElement>) => {
    const bar = event.currentTarget
    const start = axis === 'x' ? event.clientX : event.clientY
    const stop = new AbortController()
    bar.setPointerCapture(event.pointerId)
    bar.addEventListener('pointermove', (moved) => set(value + sign * ((axis === 'x' ? moved.clientX : moved.clientY) - start)), stop)
    bar.addEventListener('pointerup', () => stop.abort(), stop)
    bar.addEventListener('pointercancel', () => stop.abort(), stop)
    event.preventDefault()
  }
  const keys = (event: KeyboardEvent) => {
    const direction = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key]
    if (!direction) return
    set(value + sign * direction * STEP)
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <hr
      class={`splitter splitter-${axis}`}
      tabIndex={0}
      aria-label={label}
      aria-orientation={axis === 'x' ? 'vertical' : 'horizontal'}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      onPointerDown={drag}
      onKeyDown={keys}
    />
  )
}
