import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { actionOf, summaryOf } from '../../logic/call.ts'
import { type Relation, relations } from '../../logic/compare/related.ts'
import { count, duration } from '../../logic/format.ts'
import { read } from '../../state/api.ts'
import { openOver } from '../../state/place.ts'
import { useRead } from '../../state/use-read.ts'
import { endpoint, Status } from '../parts.tsx'

const SIZE = 100

/** Calls that belong to this one, by trace, by connection, and by who asked whom meanwhile. */
export function Related({ call }: { call: ExchangeDocument }) {
  return (
    <div class="related">
      {relations(call).map((relation) => (
        <Calls key={`${call.event.id} ${relation.title}`} relation={relation} call={call} />
      ))}
    </div>
  )
}

function Calls({ relation, call }: { relation: Relation; call: ExchangeDocument }) {
  const { title, why, q, from, to, order, keep } = relation
  const known = useRead(
    (stop) => read<{ total: number; items: ExchangeDocument[] }>('/exchanges', { q, from, to, order, size: SIZE }, stop),
    [q, from, to],
  )
  const items = known.state === 'read' ? known.value.items.filter(keep) : []
  const more = known.state === 'read' ? known.value.total - known.value.items.length : 0
  return (
    <details class="pairs" open>
      <summary title={why}>
        <h3>{title}</h3> <span class="soft">{known.state === 'read' ? count(items.length) : ''}</span>
      </summary>
      {known.state === 'failed' && <p class="error padded">{known.why}</p>}
      {known.state === 'reading' && <p class="soft padded">Reading …</p>}
      {known.state === 'read' && items.length === 0 && <p class="soft padded">None captured: {why}.</p>}
      <ul>
        {items.map((other) => (
          <li key={other.event.id}>
            <CallLine call={other} since={Date.parse(call['@timestamp'])} />
          </li>
        ))}
      </ul>
      {more > 0 && <p class="soft padded">{count(more)} more in this time.</p>}
    </details>
  )
}

/** A call in one line, which opens it. */
function CallLine({ call, since }: { call: ExchangeDocument; since: number }) {
  const apart = (Date.parse(call['@timestamp']) - since) * 1000
  return (
    <button
      type="button"
      class="call-line"
      title={`${endpoint(call.client)} → ${endpoint(call.server)}`}
      onClick={() => openOver(call.event.id)}
    >
      <span class="soft">{apart < 0 ? duration(apart) : `+${duration(apart)}`}</span>
      <Status call={call} />
      <b>{actionOf(call)}</b>
      <span class="call-what">{summaryOf(call) ?? '(the request was not captured)'}</span>
      <span class="soft">{duration(call.event.duration / 1000)}</span>
    </button>
  )
}
