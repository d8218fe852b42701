import { useLayoutEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { colourAt, fitted, timePlot } from './time-plot.ts'

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
    return fitted(chart, element)
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
  const colour = colourAt(element)
  const { options, drag, setSelect } = timePlot(element, {
    right: 10,
    gutter: 58,
    spaces: [80, 26],
    tick: (ms, step) => props().tick(ms, step),
    values: (mark) => props().write(mark),
    onSelect: (from, to) => props().onSelect(from, to),
  })
  return {
    ...options,
    cursor: { y: false, drag, points: { size: 5 } },
    scales: { x: { time: true }, y: { range: (_chart, _least, most) => [0, (most ?? 0) > 0 ? most! * 1.08 : 1] } },
    series: [{}, ...props().lines.map((_, i) => ({ stroke: () => colour(props().lines[i].colour), width: 1.5, points: { show: false } }))],
    hooks: { setSelect: [setSelect] },
  }
}
