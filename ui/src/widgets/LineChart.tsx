import { useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

interface LineChartProps {
  label: string
  /** ms since 1970. */
  times: number[]
  /** Values at those times; null where there is none. `colour` names a CSS variable. */
  lines: { colour: string; values: (number | null)[] }[]
  /** Changes when colours on the screen changed. */
  painted: number
  tick(ms: number, step: number): string
  write(value: number): string
  onSelect(from: number, to: number): void
}

const AXIS = 22
const GUTTER = 58

/** Lines over time; drag to select a stretch. */
export function LineChart(props: LineChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(props)
  latest.current = props

  useLayoutEffect(() => {
    const element = box.current!
    const chart = new uPlot(
      optionsOf(element, () => latest.current),
      dataOf(latest.current),
      element,
    )
    plot.current = chart
    const resized = new ResizeObserver(([{ contentRect }]) => {
      if (contentRect.width > 0 && contentRect.height > 0) chart.setSize({ width: contentRect.width, height: contentRect.height })
    })
    resized.observe(element)
    return () => {
      resized.disconnect()
      chart.destroy()
    }
  }, [props.lines.length])

  useLayoutEffect(() => plot.current?.setData(dataOf(props)), [props.times, props.lines])
  // Without paths made anew: that would take the scale from before the first drawing, which is none.
  useLayoutEffect(() => plot.current?.redraw(false), [props.painted])

  return <div class="line-chart" role="img" aria-label={described(props)} ref={box} />
}

const dataOf = ({ times, lines }: LineChartProps): uPlot.AlignedData => [times, ...lines.map(({ values }) => values)]

function described({ label, lines, write }: LineChartProps): string {
  const values = lines.flatMap(({ values }) => values.filter((value) => value !== null))
  return values.length === 0 ? `${label}: nothing` : `${label}: ${write(Math.min(...values))} to ${write(Math.max(...values))}`
}

function optionsOf(element: HTMLElement, props: () => LineChartProps): uPlot.Options {
  const colour = (name: string) => getComputedStyle(element).getPropertyValue(name).trim()
  const axis = { stroke: () => colour('--ink-soft'), font: '11px system-ui, sans-serif', ticks: { show: false } }
  return {
    width: Math.max(element.clientWidth, 50),
    height: Math.max(element.clientHeight, 50),
    ms: 1,
    padding: [6, 10, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false, setScale: false }, points: { size: 5 } },
    scales: { x: { time: true }, y: { range: (_chart, _least, most) => [0, (most ?? 0) > 0 ? most! * 1.08 : 1] } },
    axes: [
      {
        ...axis,
        size: AXIS,
        gap: 4,
        space: 80,
        grid: { show: false },
        values: (_chart, marks, _axis, _space, step) => marks.map((ms) => props().tick(ms, step)),
      },
      {
        ...axis,
        size: GUTTER,
        gap: 4,
        space: 26,
        grid: { stroke: () => colour('--line'), width: 1 },
        values: (_chart, marks) => marks.map((mark) => props().write(mark)),
      },
    ],
    series: [{}, ...props().lines.map((_, i) => ({ stroke: () => colour(props().lines[i].colour), width: 1.5, points: { show: false } }))],
    hooks: {
      setSelect: [
        (chart) => {
          const { left, width } = chart.select
          if (width < 4) return
          const [from, to] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')]
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
          props().onSelect(from, to)
        },
      ],
    },
  }
}
