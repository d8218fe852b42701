import { DIMENSIONS, filterOf, findDimension } from '#engines/query/dimensions.ts'
import { OTHERS, type Part } from '../logic/bins.ts'
import { count } from '../logic/format.ts'
import { narrow } from '../state/filter.ts'
import { by, go } from '../state/place.ts'
import { bars } from '../state/timeline.ts'

/** What the timeline can be told apart by, beside the dimensions. */
const FIELDS = ['event.outcome', 'network.protocol', 'http.request.method', 'url.domain', 'spider.status', 'spider.agents', 'tls.version']
const TITLES: Record<string, string> = {
  status_class: 'status',
  'client.address': 'client',
  'server.address': 'server',
  'event.outcome': 'outcome',
  'network.protocol': 'protocol',
  'http.request.method': 'method',
  'url.domain': 'host',
  'spider.status': 'capture',
  'spider.agents': 'agent',
  'tls.version': 'TLS version',
}
const CHOICES = [...DIMENSIONS.map(({ name }) => name), ...FIELDS]

/** What the colours of the bars mean, with counts; each leads to its calls. */
export function Legend() {
  const shown = bars.value
  const choices = CHOICES.includes(by.value) ? CHOICES : [...CHOICES, by.value]
  return (
    <div class="legend">
      <select aria-label="Calls over time, by" value={by.value} onChange={(event) => go({ by: event.currentTarget.value })}>
        {choices.map((name) => (
          <option key={name} value={name}>
            by {TITLES[name] ?? name}
          </option>
        ))}
      </select>
      <ul aria-label={`Calls by ${TITLES[by.value] ?? by.value}`}>
        {shown?.parts.map((part, i) => (
          <li key={part.key}>
            <Entry part={part} calls={shown.counts[i].reduce((sum, each) => sum + each, 0)} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function Entry({ part, calls }: { part: Part; calls: number }) {
  const content = (
    <>
      <i class="swatch" style={{ background: `var(--${part.colour})` }} />
      <span>{part.key === 'none' || part.key === OTHERS.key ? part.name : part.key}</span> <b>{count(calls)}</b>
    </>
  )
  const dimension = findDimension(by.value)
  if (part.key === OTHERS.key || dimension === undefined) return <span class="entry">{content}</span>
  return (
    <button
      type="button"
      class="quiet"
      title={`Only: ${part.name}. With Alt: without them`}
      onClick={(event) => narrow(filterOf(dimension, part.key === 'none' ? null : part.key), event.altKey)}
    >
      {content}
    </button>
  )
}
