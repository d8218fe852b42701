interface SparklineProps {
  label: string
  /** From 0 to what is largest. */
  values: readonly number[]
  /** Name of a CSS variable. */
  colour: string
}

const WIDTH = 100
const HEIGHT = 20

/** A small line of a figure over time, each value as far from the next. */
export function Sparkline({ label, values, colour }: SparklineProps) {
  const most = Math.max(...values, 1)
  const points = values.map((value, i) => `${(i / Math.max(values.length - 1, 1)) * WIDTH},${HEIGHT - 1 - (value / most) * (HEIGHT - 2)}`)
  return (
    <svg class="sparkline" role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none">
      <polyline points={points.join(' ')} style={{ stroke: `var(--${colour})` }} />
    </svg>
  )
}
