import { useMemo } from 'preact/hooks'
import type { Figures, Groups } from '#events/documents/groups.ts'
import { bytes, count, duration } from '../../logic/format.ts'
import { byTime } from '../../logic/groups.ts'
import { useAnswer } from '../../state/answer.ts'
import { span } from '../../state/place.ts'
import { liveTotal } from '../../state/timeline.ts'
import { AgentStates } from './AgentStates.tsx'
import { Curve } from './Curve.tsx'
import { NewErrors } from './NewErrors.tsx'
import { Ranking } from './Ranking.tsx'

const OVER_TIME = { by: 'time', metrics: 'errors,p50,p99', sort: 'key', most: 500, bins: 120 }

/** How the system does: figures, their course, and where they are worst. */
export function Dashboard() {
  const answer = useAnswer<Groups>('/aggregate', { ...OVER_TIME, metrics: 'errors,bytes,p50,p90,p99' })
  const { value, problem } = answer
  const course = useMemo(() => value && byTime(value), [value])
  return (
    <div class="dashboard">
      {problem && <p class="error padded">{problem}</p>}
      <Totals total={value?.total} />
      {course && (
        <div class="curves">
          <Curve
            title="Calls per second"
            course={course}
            lines={[{ colour: 'accent', of: ({ count }) => count / (course.width / 1000) }]}
            write={(rate) => (rate < 10 ? rate.toFixed(1) : count(rate))}
          />
          <Curve
            title="Errors"
            course={course}
            lines={[{ colour: 'bar-5xx', of: ({ count, errors = 0 }) => (count === 0 ? 0 : (errors / count) * 100) }]}
            write={(share) => `${share.toFixed(share < 10 ? 1 : 0)} %`}
          />
          <Curve
            title="Duration: median, and 99 of 100"
            course={course}
            lines={[
              { colour: 'accent', of: ({ p50 }) => p50 },
              { colour: 'bar-4xx', of: ({ p99 }) => p99 },
            ]}
            write={(ns) => duration(ns / 1000)}
          />
        </div>
      )}
      <div class="rankings">
        <NewErrors />
        <Ranking title="Slowest servers" by="server.address" metric="p99" write={(ns) => duration(ns / 1000)} />
        <Ranking title="Most failing servers" by="server.address" metric="errors" write={count} />
        <Ranking title="Slowest endpoints" by="url.domain,url.path" metric="p99" write={(ns) => duration(ns / 1000)} />
        <Ranking title="Most failing endpoints" by="url.domain,url.path,status_class" metric="errors" write={count} />
      </div>
      <AgentStates />
    </div>
  )
}

function Totals({ total }: { total: Figures | undefined }) {
  const seconds = (span.value.to - span.value.from) / 1000
  const { count: calls = 0, errors = 0, bytes: size = 0, p50, p90, p99 } = total ?? {}
  const all = liveTotal.value ?? calls
  const facts: [string, string, boolean?][] = [
    ['Calls', count(all)],
    ['Per second', (all / seconds).toFixed(1)],
    ['Errors', `${count(errors)} (${calls === 0 ? '0' : ((errors / calls) * 100).toFixed(1)} %)`, errors > 0],
    ['Median', p50 === undefined ? '–' : duration(p50 / 1000)],
    ['90 of 100', p90 === undefined ? '–' : duration(p90 / 1000)],
    ['99 of 100', p99 === undefined ? '–' : duration(p99 / 1000)],
    ['On the wire', bytes(size)],
  ]
  return (
    <dl class="totals">
      {facts.map(([name, text, bad]) => (
        <div key={name} class={bad ? 'bad' : ''}>
          <dt>{name}</dt>
          <dd>{total ? text : '…'}</dd>
        </div>
      ))}
    </dl>
  )
}
