import type uPlot from 'uplot'

const AXIS = 22
const LEAST = 50
const LEAST_DRAG = 4

/** The colour of a CSS variable where the chart stands, at the moment. */
export const colourAt =
  (element: HTMLElement) =>
  (name: string): string =>
    getComputedStyle(element).getPropertyValue(name).trim()

/** What all charts over time have: as large as their element, one axis of times and one of values, a stretch selected by dragging. */
export function timePlot(
  element: HTMLElement,
  {
    right,
    gutter,
    spaces,
    tick,
    values,
    onSelect,
  }: {
    /** px right of what is drawn, and left of it, for the values. */
    right: number
    gutter: number
    /** px between marks of the times, and of the values. */
    spaces: [number, number]
    tick(ms: number, step: number): string
    values(mark: number): string
    onSelect(from: number, to: number): void
  },
) {
  const colour = colourAt(element)
  const axis = { stroke: () => colour('--ink-soft'), font: '11px system-ui, sans-serif', ticks: { show: false }, gap: 4 }
  const axes: uPlot.Axis[] = [
    {
      ...axis,
      size: AXIS,
      space: spaces[0],
      grid: { show: false },
      values: (_chart, marks, _axis, _space, step) => marks.map((ms) => tick(ms, step)),
    },
    {
      ...axis,
      size: gutter,
      space: spaces[1],
      grid: { stroke: () => colour('--line'), width: 1 },
      values: (_chart, marks) => marks.map(values),
    },
  ]
  const setSelect = (chart: uPlot): void => {
    const { left, width } = chart.select
    if (width < LEAST_DRAG) return
    const [from, to] = [chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x')]
    chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
    onSelect(from, to)
  }
  return {
    options: {
      width: Math.max(element.clientWidth, LEAST),
      height: Math.max(element.clientHeight, LEAST),
      ms: 1 as const,
      padding: [6, right, 0, 0] as uPlot.Padding,
      legend: { show: false },
      axes,
    },
    drag: { x: true, y: false, setScale: false },
    setSelect,
  }
}

/** Keeps a chart as large as its element. Answers how to end that, and the chart. */
export function fitted(chart: uPlot, element: HTMLElement): () => void {
  const resized = new ResizeObserver(([{ contentRect }]) => {
    if (contentRect.width > 0 && contentRect.height > 0) chart.setSize({ width: contentRect.width, height: contentRect.height })
  })
  resized.observe(element)
  return () => {
    resized.disconnect()
    chart.destroy()
  }
}
