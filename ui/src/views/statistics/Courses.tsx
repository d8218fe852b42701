import { useMemo } from 'preact/hooks'
import type { Groups } from '#events/documents/groups.ts'
import { tick } from '../../logic/axis.ts'
import { clock } from '../../logic/format.ts'
import { byTime } from '../../logic/groups.ts'
import { fixed } from '../../logic/range.ts'
import { MEASURES, METRICS, type Measure, measure } from '../../logic/statistics/measures.ts'
import { seriesOf } from '../../logic/statistics/series.ts'
import { moving } from '../../logic/statistics/windows.ts'
import { useAnswer } from '../../state/answer.ts'
import { look, ofView, setOfView } from '../../state/place.ts'
import { painted } from '../../state/theme.ts'
import { LineChart } from '../../widgets/LineChart.tsx'
import { beside, besideTitle } from './beside.ts'

const local = clock()
const MOST_LINES = 6
const BINS = 120
const WINDOWS = [1, 3, 5, 10, 30]

interface Line {
  name: string
  colour: string
  values: (number | null)[]
}
interface Drawn {
  times: number[]
  lines: Line[]
}

/** The course of a figure: of the groups with the most calls, or of all beside the second series. */
export function Courses({ by }: { by: string | undefined }) {
  const shown = measure(ofView('statistics.measure'))
  const size = WINDOWS.find((each) => String(each) === ofView('statistics.window')) ?? 1
  return (
    <div class="courses">
      <p class="statistics-fields">
        <select
          aria-label="Figure of the chart"
          value={shown.name}
          onChange={({ currentTarget }) =>
            setOfView('statistics.measure', currentTarget.value === measure(undefined).name ? undefined : currentTarget.value)
          }
        >
          {MEASURES.map(({ name, title }) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </select>
        <select
          aria-label="Moving window"
          value={String(size)}
          onChange={({ currentTarget }) => setOfView('statistics.window', currentTarget.value === '1' ? undefined : currentTarget.value)}
        >
          {WINDOWS.map((each) => (
            <option key={each} value={String(each)}>
              {each === 1 ? 'each bin alone' : `moving window of ${each} bins`}
            </option>
          ))}
        </select>
      </p>
      {beside.value === undefined && by !== undefined ? (
        <OfGroups by={by} shown={shown} size={size} />
      ) : (
        <OfTwo shown={shown} size={size} />
      )}
    </div>
  )
}

interface CourseProps {
  shown: Measure
  size: number
}

const valuesOf = (figures: Parameters<typeof moving>[0], width: number, { shown, size }: CourseProps): (number | null)[] =>
  moving(figures, size).map((each) => shown.of(each, (width * size) / 1000) ?? null)

function OfGroups({ by, ...course }: CourseProps & { by: string }) {
  const { value } = useAnswer<Groups>('/aggregate', { by: `${by},time`, metrics: METRICS, sort: '-count', most: 10_000, bins: BINS })
  const drawn = useMemo((): Drawn | undefined => {
    if (!value) return undefined
    const { width, times, series } = seriesOf(value, MOST_LINES)
    const lines = series.map(({ key, figures }, i) => ({
      name: String(key ?? '(none)'),
      colour: `--series-${i + 1}`,
      values: valuesOf(figures, width, course),
    }))
    return { times, lines }
  }, [value, course.shown, course.size])
  return <Chart drawn={drawn} shown={course.shown} />
}

function OfTwo(course: CourseProps) {
  const asked = { by: 'time', metrics: METRICS, sort: 'key', most: 500, bins: BINS }
  const { value } = useAnswer<Groups>('/aggregate', asked)
  const other = useAnswer<Groups>(beside.value && '/aggregate', { ...asked, ...beside.value }).value
  const drawn = useMemo((): Drawn | undefined => {
    if (!value) return undefined
    const [one, two] = [byTime(value), beside.value && other ? byTime(other) : undefined]
    const lines: Line[] = [{ name: 'what is looked at', colour: '--series-1', values: valuesOf(one.figures, one.width, course) }]
    // Laid over each other, each from its own beginning.
    if (two) {
      const values = valuesOf(two.figures, two.width, course)
      lines.push({ name: besideTitle.value, colour: '--series-2', values: one.times.map((_, i) => values[i] ?? null) })
    }
    return { times: one.times, lines }
  }, [value, other, besideTitle.value, course.shown, course.size])
  return <Chart drawn={drawn} shown={course.shown} />
}

function Chart({ drawn, shown }: { drawn: Drawn | undefined; shown: Measure }) {
  return (
    <figure class="course">
      {drawn && (
        <>
          <LineChart
            label={`${shown.title} over time`}
            times={drawn.times}
            lines={drawn.lines}
            painted={painted.value}
            tick={(ms, step) => tick(local, ms, step)}
            write={shown.write}
            onSelect={(from, to) => look(fixed(Math.floor(from), Math.ceil(to)))}
          />
          <figcaption>
            {drawn.lines.map(({ name, colour }) => (
              <span key={name} class="line-name">
                <i style={{ background: `var(${colour})` }} aria-hidden="true" /> {name}
              </span>
            ))}
          </figcaption>
        </>
      )}
    </figure>
  )
}
