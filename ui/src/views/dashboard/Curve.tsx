import type { Figures } from '#events/documents/groups.ts'
import { tick } from '../../logic/axis.ts'
import { clock } from '../../logic/format.ts'
import type { Course } from '../../logic/groups.ts'
import { fixed } from '../../logic/range.ts'
import { look } from '../../state/place.ts'
import { painted } from '../../state/theme.ts'
import { LineChart } from '../../widgets/LineChart.tsx'

const local = clock()

interface CurveProps {
  title: string
  course: Course
  lines: { colour: string; of(figures: Figures): number | undefined }[]
  write(value: number): string
}

/** The course of a figure. A stretch that is marked on it is looked at. */
export function Curve({ title, course, lines, write }: CurveProps) {
  return (
    <figure class="curve">
      <figcaption>{title}</figcaption>
      <LineChart
        label={title}
        times={course.times}
        lines={lines.map(({ colour, of }) => ({ colour: `--${colour}`, values: course.figures.map((each) => of(each) ?? null) }))}
        painted={painted.value}
        tick={(ms, step) => tick(local, ms, step)}
        write={write}
        onSelect={(from, to) => look(fixed(Math.floor(from), Math.ceil(to)))}
      />
    </figure>
  )
}
