import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { type BarChartProps, GUTTER, plotOptions } from './bar-plot.ts'
import { fitted } from './time-plot.ts'

/** Stacked bars over time: drag to select, wheel to zoom, shift and wheel to move, double click to go back. */
export function BarChart(props: BarChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot>(undefined)
  const latest = useRef(props)
  latest.current = props
  const [hovered, setHovered] = useState<{ i: number; left: number } | undefined>()

  useLayoutEffect(() => {
    const element = box.current!
    const chart = new uPlot(
      plotOptions(element, () => latest.current, setHovered),
      [[], []],
      element,
    )
    plot.current = chart
    const wheel = (event: WheelEvent) => {
      event.preventDefault()
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)
      const delta =
        (sideways && event.deltaX !== 0 ? event.deltaX : event.deltaY) * (event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 33 : 1)
      if (sideways) latest.current.onPan(delta / 1000)
      else
        latest.current.onZoom(
          chart.posToVal(event.clientX - chart.over.getBoundingClientRect().left, 'x'),
          Math.exp(Math.min(Math.max(delta, -200), 200) / 400),
        )
    }
    chart.over.addEventListener('wheel', wheel, { passive: false })
    return fitted(chart, element)
  }, [])

  useEffect(() => plot.current?.setData([props.times, props.totals]), [props.times, props.totals, props.from, props.to])
  useEffect(() => plot.current?.redraw(true, true), [props.painted])

  const said = hovered && hovered.i < props.times.length ? props.describe(hovered.i) : undefined
  return (
    <div class="chart" role="img" aria-label={props.label} ref={box}>
      {said && hovered && (
        <div
          class={`chart-tip ${hovered.left > box.current!.clientWidth / 2 ? 'to-left' : ''}`}
          style={{ left: `${hovered.left + GUTTER}px` }}
        >
          <b>{said.title}</b>
          {said.lines.map(({ colour, name, value }) => (
            <div key={name}>
              <i class="swatch" style={{ background: `var(--${colour})` }} />
              <span>{name}</span>
              <span class="end">{value}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
