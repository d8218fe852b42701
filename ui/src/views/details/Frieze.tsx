import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { clock, duration } from '../../logic/format.ts'
import { type Phase, timing } from '../../logic/timing.ts'

const local = clock()

const NAMES: Record<Phase['name'], string> = { request: 'Request', wait: 'Wait', response: 'Response' }

/** When the bytes of a call went by: sending, waiting, receiving. */
export function Frieze({ call }: { call: ExchangeDocument }) {
  const known = timing(call)
  if (!known) return null
  const { phases, total, start } = known
  const share = (micros: number) => (total === 0 ? 0 : (micros / total) * 100)
  return (
    <section class="frieze" aria-label="Timing">
      <div class="frieze-line">
        {phases.map(({ name, from, to }) => (
          <span
            key={name}
            class={`phase phase-${name}`}
            style={{ left: `${share(from)}%`, width: `${share(to - from)}%` }}
            title={`${NAMES[name]}: ${duration(to - from)}, from ${duration(from)} to ${duration(to)}`}
          />
        ))}
      </div>
      <dl>
        {phases.map(({ name, from, to }) => (
          <div key={name}>
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
            <b>{duration(total)}</b>
          </dd>
        </div>
        <div class="end soft">
          {local.time(start / 1000)}
          {String(Math.floor(start % 1000)).padStart(3, '0')} {local.date(start / 1000)}
        </div>
      </dl>
      {call.spider.observers && call.spider.observers.length > 1 && (
        <p class="soft">
          as measured by{' '}
          {call.spider.observers
            .map(
              ({ agent, time }) =>
                `${agent} ${time.request && time.response ? duration(time.response.last - time.request.first) : 'in part'}`,
            )
            .join(', ')}
        </p>
      )}
      {call.spider.network && (
        <p class="soft">{duration(call.spider.network.duration / 1000)} of it between the observers, in the network</p>
      )}
    </section>
  )
}
