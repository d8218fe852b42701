import { useMemo } from 'preact/hooks'
import type { Groups } from '#events/documents/groups.ts'
import { clock, duration, plural } from '../../logic/format.ts'
import { fixed } from '../../logic/range.ts'
import { refine } from '../../logic/refine.ts'
import { type Heat as Counted, heatOf, PER_DECADE, shade } from '../../logic/statistics/heat.ts'
import { useAnswer } from '../../state/answer.ts'
import { go, q } from '../../state/place.ts'
import { painted } from '../../state/theme.ts'
import { type Cells, HeatMap } from '../../widgets/HeatMap.tsx'

const local = clock()
const ASKED = { by: `time,event.duration:log${PER_DECADE}`, sort: 'key', most: 50_000, bins: 160 }

/** How many calls took how long, over time. A stretch drawn on it is looked at, and its durations filtered. */
export function Heat() {
  const { value, problem } = useAnswer<Groups>('/aggregate', ASKED)
  const heat = useMemo(() => value && heatOf(value), [value])
  return (
    <div class="statistics-body">
      {problem && <p class="error padded">{problem}</p>}
      {value && !heat && <p class="soft padded">Nothing was measured in this range.</p>}
      {heat && (
        <HeatMap
          label={described(heat)}
          shades={heat.counts.map((column) => column.map((count) => shade(count, heat.most)))}
          painted={painted.value}
          columnTitle={(i) => local.time(heat.times[i])}
          rowTitle={(i) => duration(heat.durations[i] / 1000)}
          isMarked={(i) => Math.abs(Math.log10(heat.durations[i]) % 1) < 1e-6}
          describe={(column, row) => cellInWords(heat, column, row)}
          onSelect={(cells) => narrow(heat, cells)}
        />
      )}
    </div>
  )
}

const end = (heat: Counted, row: number): number => heat.durations[row] * 10 ** (1 / PER_DECADE)

function cellInWords(heat: Counted, column: number, row: number): string | undefined {
  const count = heat.counts[column]?.[row]
  if (!count) return undefined
  return `${plural(count, 'call')} of ${duration(heat.durations[row] / 1000)} – ${duration(end(heat, row) / 1000)} at ${local.time(heat.times[column])}`
}

function described({ counts, durations }: Counted): string {
  const total = counts.reduce((sum, column) => sum + column.reduce((a, b) => a + b, 0), 0)
  return `Durations over time: ${plural(total, 'call')} of ${duration(durations[0] / 1000)} to ${duration(durations.at(-1)! / 1000)}`
}

function narrow(heat: Counted, { columns, rows }: Cells): void {
  const [from, to] = [Math.floor(heat.durations[rows[0]]), Math.ceil(end(heat, rows[1]))]
  const filter = refine(refine(q.value, { kind: 'compare', field: 'event.duration', op: '>=', value: from }), {
    kind: 'compare',
    field: 'event.duration',
    op: '<',
    value: to,
  })
  go({ q: filter, range: fixed(heat.times[columns[0]], heat.times[columns[1]] + heat.width) })
}
