import { computed } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { describeSpan, tick } from '../logic/axis.ts'
import { stack } from '../logic/bins.ts'
import { clock, count, plural } from '../logic/format.ts'
import { inWords, qualityInWords, qualityLine } from '../logic/quality.ts'
import { fixed, pan, spanOf, zoom } from '../logic/range.ts'
import { serverNow } from '../state/clock.ts'
import { address, back, by, go, look, range, span } from '../state/place.ts'
import { painted } from '../state/theme.ts'
import { bars, quality } from '../state/timeline.ts'
import { BarChart } from '../widgets/BarChart.tsx'
import { GUTTER, RIGHT } from '../widgets/bar-plot.ts'
import { RangeHandles } from '../widgets/RangeHandles.tsx'
import { Splitter } from '../widgets/Splitter.tsx'
import { Strip } from '../widgets/Strip.tsx'
import { Legend } from './Legend.tsx'

const local = clock()
const MOST_STRETCHES = 300
const HEIGHT = 132
/** A wheel is turned in many small steps; those within this time, ms, are one step to go back over. */
const ONE_TURN = 600

const line = computed(() => qualityLine(quality.value.bins, quality.value.width, span.value, MOST_STRETCHES))

export function Timeline() {
  const lastTurn = useRef(0)
  const { from, to } = span.value
  const shown = bars.value ?? { times: [], width: 1, parts: [], counts: [], totals: [], total: 0 }
  const height = address.value.chart ?? HEIGHT
  const turned = (change: (span: { from: number; to: number }) => { from: number; to: number }) => {
    const next = change(spanOf(range.value, serverNow()))
    const now = performance.now()
    look(fixed(Math.round(next.from), Math.round(next.to)), now - lastTurn.current < ONE_TURN)
    lastTurn.current = now
  }
  return (
    <section class="timeline" aria-label="Calls over time">
      <Legend />
      <div class="timeline-chart" style={{ height: `${height}px` }}>
        <BarChart
          label={`${plural(shown.total, 'call')} between ${describeSpan(local, from, to)}, by ${by.value}`}
          times={shown.times}
          width={shown.width}
          totals={shown.totals}
          colours={shown.parts.map(({ colour }) => `--${colour}`)}
          partsOf={(i, scale) =>
            stack(
              shown.counts.map((counts) => counts[i]),
              scale,
            )
          }
          from={from}
          to={to}
          painted={painted.value}
          tick={(ms, step) => tick(local, ms, step)}
          describe={(i) => ({
            title: `${describeSpan(local, shown.times[i], shown.times[i] + shown.width).slice(11)} · ${plural(shown.totals[i], 'call')}`,
            lines: shown.parts.flatMap(({ colour, name }, part) =>
              shown.counts[part][i] > 0 ? [{ colour, name, value: count(shown.counts[part][i]) }] : [],
            ),
          })}
          onSelect={(first, last) => look(fixed(Math.floor(first), Math.ceil(last)))}
          onZoom={(at, factor) => turned((now) => zoom(now, at, factor))}
          onPan={(share) => turned((now) => pan(now, share))}
          onBack={back}
        />
        <RangeHandles
          from={from}
          to={to}
          left={GUTTER}
          right={RIGHT}
          describe={(ms) => local.time(ms)}
          onChange={(start, end) => look(fixed(Math.round(start), Math.round(end)))}
        />
      </div>
      <Strip
        label={qualityInWords(line.value)}
        from={from}
        to={to}
        parts={line.value.map(({ causes, notes, level, ...stretch }) => ({
          ...stretch,
          level: `quality-${level}`,
          lines: [...(causes.length > 0 ? causes : [level === 'none' ? 'nothing was captured' : 'nothing is missing']), ...notes],
        }))}
        marks={quality.value.marks
          .filter(({ time }) => time >= from && time < to)
          .map((mark) => ({ time: mark.time, kind: mark.kind, title: `${local.seconds(mark.time)} ${inWords(mark)}` }))}
        left={GUTTER}
        right={RIGHT}
        titleOf={(part) => `Capture ${describeSpan(local, part.from, part.to).slice(11)}`}
      />
      <Splitter
        label="Height of the timeline"
        axis="y"
        value={height}
        min={70}
        max={420}
        sign={1}
        onChange={(chart) => go({ chart }, 'replace')}
      />
    </section>
  )
}
