import uPlot from 'uplot'
import { colourAt, timePlot } from './time-plot.ts'

export interface BarChartProps {
  label: string
  /** Start of each bar and the width of all, ms. */
  times: number[]
  width: number
  totals: number[]
  /** What is in a bar, from its foot: name of a CSS colour variable, and height of the parts of each bar in px for a scale. */
  colours: string[]
  /** Lowest and highest px of every part of bar `i`, when one call is `scale` px high. */
  partsOf(i: number, scale: number): { from: number; to: number }[]
  from: number
  to: number
  /** Changes when colours on the screen changed. */
  painted: number
  /** Text under the axis at a moment, for marks `step` ms apart. */
  tick(ms: number, step: number): string
  /** What a bar says. */
  describe(i: number): { title: string; lines: { colour: string; name: string; value: string }[] }
  onSelect(from: number, to: number): void
  onZoom(at: number, factor: number): void
  onPan(share: number): void
  onBack(): void
}

/** px left of the bars, for the counts, and right of them. */
export const GUTTER = 46
export const RIGHT = 12

/** How uPlot draws the bars that `props` tells of at the moment. */
export function plotOptions(
  element: HTMLElement,
  props: () => BarChartProps,
  hover: (at: { i: number; left: number } | undefined) => void,
): uPlot.Options {
  const colour = colourAt(element)
  const { options, drag, setSelect } = timePlot(element, {
    right: RIGHT,
    gutter: GUTTER,
    spaces: [90, 28],
    tick: (ms, step) => props().tick(ms, step),
    values: (mark) => (Number.isInteger(mark) ? short(mark) : ''),
    onSelect: (from, to) => props().onSelect(from, to),
  })
  return {
    ...options,
    cursor: {
      y: false,
      points: { show: false },
      drag,
      bind: {
        dblclick: () => () => {
          props().onBack()
          return null
        },
      },
    },
    scales: {
      x: { time: true, range: () => [props().from, props().to] },
      y: { range: (_chart, _least, most) => [0, Math.max((most ?? 0) * 1.05, 4)] },
    },
    series: [{}, { paths: () => null, points: { show: false } }],
    hooks: {
      draw: [(chart) => draw(chart, props(), props().colours.map(colour))],
      setSelect: [setSelect],
      setCursor: [
        (chart) => {
          const { left } = chart.cursor
          const { times, width, totals } = props()
          if (left === undefined || left < 0 || times.length === 0) return hover(undefined)
          const i = Math.floor((chart.posToVal(left, 'x') - times[0]) / width)
          hover(totals[i] > 0 ? { i, left } : undefined)
        },
      ],
    },
  }
}

function draw(chart: uPlot, { times, width, partsOf }: BarChartProps, colours: string[]): void {
  const { ctx, bbox } = chart
  const foot = chart.valToPos(0, 'y', true)
  const scale = foot - chart.valToPos(1, 'y', true)
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  for (let i = 0; i < times.length; i++) {
    const left = Math.round(chart.valToPos(times[i], 'x', true))
    const right = Math.round(chart.valToPos(times[i] + width, 'x', true))
    const gap = right - left > 4 * uPlot.pxRatio ? uPlot.pxRatio : 0
    partsOf(i, scale).forEach(({ from, to }, part) => {
      if (to <= from) return
      ctx.fillStyle = colours[part]
      ctx.fillRect(left, foot - to, Math.max(right - left - gap, 1), to - from)
    })
  }
  ctx.restore()
}

const short = (value: number): string =>
  value >= 1e6 ? `${+(value / 1e6).toFixed(1)}M` : value >= 1000 ? `${+(value / 1000).toFixed(1)}k` : String(value)
