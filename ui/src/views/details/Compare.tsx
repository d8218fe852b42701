import { useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { alike } from '../../logic/compare/related.ts'
import { clock, duration } from '../../logic/format.ts'
import { read } from '../../state/api.ts'
import { useRead } from '../../state/use-read.ts'
import { Status } from '../parts.tsx'
import { Differences } from './Differences.tsx'
import { Replay } from './Replay.tsx'

const local = clock()
const SIZE = 30
const MOST = 5

/** The call beside others that asked the same, chosen by the reader, and beside what is answered now. */
export function Compare({ call, bodies }: { call: ExchangeDocument; bodies: boolean }) {
  const [chosen, setChosen] = useState<string[]>([])
  const q = alike(call)
  const others = useRead(
    (stop) => read<{ items: ExchangeDocument[] }>('/exchanges', { q, size: SIZE, order: 'newest' }, stop),
    [q, call.event.id],
  )
  const toggle = (id: string) => setChosen(chosen.includes(id) ? chosen.filter((each) => each !== id) : [...chosen, id].slice(-MOST))
  const items = others.state === 'read' ? others.value.items.filter(({ event }) => event.id !== call.event.id) : []
  return (
    <div class="compare">
      <Replay key={call.event.id} call={call} />
      <details class="pairs" open>
        <summary>
          <h3>With calls that asked the same</h3> <span class="soft">choose up to {MOST}</span>
        </summary>
        {others.state === 'failed' && <p class="error padded">{others.why}</p>}
        {others.state === 'read' && items.length === 0 && <p class="soft padded">No other call asked the same.</p>}
        <ul class="candidates">
          {items.map((other) => (
            <li key={other.event.id}>
              <label class="call-line">
                <input type="checkbox" checked={chosen.includes(other.event.id)} onChange={() => toggle(other.event.id)} />
                <span>
                  {local.date(Date.parse(other['@timestamp']))} {local.time(Date.parse(other['@timestamp']))}
                </span>
                <Status call={other} />
                <span class="call-what">{other.url?.query ?? other.spider.summary}</span>
                <span class="soft">{duration(other.event.duration / 1000)}</span>
              </label>
            </li>
          ))}
        </ul>
      </details>
      {chosen.length > 0 && bodies && <Chosen key={chosen.join()} call={call} ids={chosen} />}
    </div>
  )
}

function Chosen({ call, ids }: { call: ExchangeDocument; ids: string[] }) {
  const known = useRead(
    (stop) => Promise.all(ids.map((id) => read<ExchangeDocument>(`/exchanges/${encodeURIComponent(id)}`, {}, stop))),
    [ids.join()],
  )
  if (known.state === 'failed') return <p class="error padded">{known.why}</p>
  if (known.state === 'reading') return <p class="soft padded">Reading …</p>
  return <Compared calls={[call, ...known.value]} />
}

/** Calls side by side, the first of them the one that others are measured by. */
function Compared({ calls }: { calls: ExchangeDocument[] }) {
  return <Differences calls={calls} names={calls.map((each, i) => (i === 0 ? 'this' : local.time(Date.parse(each['@timestamp']))))} />
}
