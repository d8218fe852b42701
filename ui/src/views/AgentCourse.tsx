import { courseOf, type Point } from '../logic/agent-course.ts'
import { bytes, count } from '../logic/format.ts'
import { read } from '../state/api.ts'
import { useRead } from '../state/use-read.ts'
import { Sparkline } from '../widgets/Sparkline.tsx'

/** How an agent did in its last hour: captured, lost, and waiting on its disk. Read again when it `spoke`. */
export function AgentCourse({ id, spoke }: { id: string; spoke: number }) {
  const known = useRead(
    (stop) => read<{ items: Point[] }>(`/agents/${encodeURIComponent(id)}/statuses`, {}, stop).then(({ items }) => items),
    [id, spoke],
  )
  if (known.state === 'failed') return <p class="error">{known.why}</p>
  const { captured, lost, spool } = courseOf(known.state === 'read' ? known.value : [])
  if (known.state === 'read' && captured.length === 0) return null
  const rate = (values: number[]) => `up to ${count(Math.max(...values))}/s`
  const lines: [string, number[], string, string][] =
    captured.length === 0
      ? [
          ['Captured', [], 'accent', ''],
          ['Lost', [], 'bar-5xx', ''],
          ['Spool', [], 'bar-4xx', ''],
        ]
      : [
          ['Captured', captured, 'accent', rate(captured)],
          ['Lost', lost, 'bar-5xx', rate(lost)],
          ['Spool', spool, 'bar-4xx', `up to ${bytes(Math.max(...spool))}`],
        ]
  return (
    <div class="agent-course">
      {lines.map(([name, values, colour, most]) => (
        <figure key={name}>
          <figcaption>
            {name} <span class="soft">{most}</span>
          </figcaption>
          <Sparkline label={`${name} in the last hour: ${most}`} values={values} colour={colour} />
        </figure>
      ))}
    </div>
  )
}
