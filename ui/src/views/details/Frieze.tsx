import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import { clock, duration } from '../../logic/format.ts'
import { openingOf, type Phase, type Timing, timing, timingOf, withOpening } from '../../logic/timing.ts'
import { read } from '../../state/api.ts'
import { useRead } from '../../state/use-read.ts'

const local = clock()

const NAMES: Record<Phase['name'], string> = {
  connect: 'Connect',
  tls: 'TLS',
  idle: 'Idle',
  request: 'Send',
  wait: 'Wait',
  response: 'Receive',
}

type Page = { total: number; items: ExchangeDocument[] }

/** When the bytes of a call went by: opening the connection, when it was the first on it, sending, waiting, receiving. */
export function Frieze({ call }: { call: ExchangeDocument }) {
  const { id } = call.spider.session
  const opening = useRead(
    async (stop) => {
      const of = (q: string) => read<Page>('/exchanges', { q, size: 1, order: 'oldest' }, stop)
      const [session, first, tls] = await Promise.all([
        read<SessionDocument>(`/sessions/${encodeURIComponent(id)}`, {}, stop),
        of(`spider.session.id:"${id}" not protocol:tls`),
        of(`spider.session.id:"${id}" protocol:tls`),
      ])
      return { opening: openingOf(session, tls.items[0]), first: first.items[0]?.event.id }
    },
    [id],
  )
  const own = timing(call)
  if (!own) return null
  const first = opening.state === 'read' && opening.value.first === call.event.id && call.network.protocol !== 'tls'
  const known = first ? withOpening(own, opening.value.opening) : own
  return (
    <section class="frieze" aria-label="Timing">
      <Line timing={known} scale={known.total} />
      <dl>
        {known.phases.map(({ name, from, to }) => (
          <div key={`${name} ${from}`}>
            <dt>
              <i class={`swatch phase-${name}`} />
              {NAMES[name]}
            </dt>
            <dd>{duration(to - from)}</dd>
          </div>
        ))}
        <div>
          <dt>Total</dt>
          <dd>
            <b>{duration(own.total)}</b>
          </dd>
        </div>
        <div class="end soft">
          <dt>At</dt>
          <dd>
            {local.time(own.start / 1000)}
            {String(Math.floor(own.start % 1000)).padStart(3, '0')} {local.date(own.start / 1000)}
          </dd>
        </div>
      </dl>
      <Observers call={call} />
    </section>
  )
}

function Line({ timing: { phases, total }, scale }: { timing: Timing; scale: number }) {
  const share = (micros: number) => (scale === 0 ? 0 : (micros / scale) * 100)
  // What an inner observer measured lies in the middle of what the outer did: their clocks are not compared.
  const left = (scale - total) / 2
  return (
    <div class="frieze-line">
      {phases.map(({ name, from, to }) => (
        <span
          key={`${name} ${from}`}
          class={`phase phase-${name}`}
          style={{ left: `${share(left + from)}%`, width: `${share(to - from)}%` }}
          title={`${NAMES[name]}: ${duration(to - from)}, from ${duration(from)} to ${duration(to)}`}
        />
      ))}
    </div>
  )
}

/** What each of several observers measured, and what of it was the network's. */
function Observers({ call: { spider } }: { call: ExchangeDocument }) {
  const seen = (spider.observers ?? []).flatMap(({ agent, time, status }) => {
    const known = timingOf(time)
    return known ? [{ agent, known, status }] : []
  })
  if (seen.length < 2) return null
  const scale = Math.max(...seen.map(({ known }) => known.total))
  return (
    <div class="observers">
      {seen.map(({ agent, known, status }) => (
        <div key={agent} class="observer">
          <span class="soft">{agent}</span>
          <Line timing={known} scale={scale} />
          <span>
            {duration(known.total)}
            {status !== 'complete' && <span class="soft"> {status}</span>}
          </span>
        </div>
      ))}
      {spider.network && <p class="soft">{duration(spider.network.duration / 1000)} of it between the observers, in the network</p>}
    </div>
  )
}
