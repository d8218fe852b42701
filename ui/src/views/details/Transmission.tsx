import { useMemo } from 'preact/hooks'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { bytes, count, duration, plural } from '../../logic/format.ts'
import { sequenceChart } from '../../logic/packet/sequence-chart.ts'
import { spread, transmission } from '../../logic/packet/transmission.ts'

const WIDTH = 600
const HEIGHT = 150

/** How a TCP connection went, from its packets: sequence over time, round trips, what was sent again, stalls. */
export function Transmission({ packets, total }: { packets: SessionPacket[]; total: number }) {
  const known = useMemo(() => transmission(packets), [packets])
  const chart = useMemo(() => sequenceChart(packets, known, WIDTH, HEIGHT), [packets, known])
  if (!chart) return null
  const trips = (side: SessionPacket['side']) => spread(known.roundTrips.filter((trip) => trip.side === side).map(({ micros }) => micros))
  const again = [...known.marks.values()].filter((mark) => mark === 'again' || mark === 'out of order').length
  const stalled = known.stalls.reduce((sum, { from, to }) => sum + to - from, 0)
  return (
    <section class="transmission" aria-label="Transmission">
      <h3>
        Sequence over time
        {packets.length < total && <span class="soft"> of the first {count(packets.length)} packets</span>}
      </h3>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Bytes sent over ${duration(chart.time)}, by client and server`}
      >
        {chart.stalls.map(({ from, to, title }) => (
          <rect key={from} class="stall" x={from} y={0} width={Math.max(to - from, 1)} height={HEIGHT}>
            <title>{title}</title>
          </rect>
        ))}
        <path class="line-client" d={chart.client} />
        <path class="line-server" d={chart.server} />
        {chart.marks.map(({ x, y, title }) => (
          <circle key={`${x} ${y} ${title}`} cx={x} cy={y} r={3}>
            <title>{title}</title>
          </circle>
        ))}
      </svg>
      <p class="soft chart-axis">
        <span>0</span>
        <span>
          <i class="swatch line-client" /> client <i class="swatch line-server" /> server <i class="swatch line-marks" /> sent again, late,
          stalled · up to {bytes(chart.bytes)}
        </span>
        <span>{duration(chart.time)}</span>
      </p>
      <dl class="facts">
        <dt>Round trips</dt>
        <dd>
          <Trips name="data of the client" of={trips('client')} />; <Trips name="data of the server" of={trips('server')} />
        </dd>
        <dt>Sent again</dt>
        <dd>{again === 0 ? 'nothing' : plural(again, 'packet')}</dd>
        <dt>Stalls</dt>
        <dd>
          {known.stalls.length === 0
            ? 'none: both could take what came'
            : `${plural(known.stalls.length, 'time')}, ${duration(stalled)} in all`}
        </dd>
      </dl>
    </section>
  )
}

function Trips({ name, of }: { name: string; of: ReturnType<typeof spread> }) {
  if (!of) return <>{name}: not measured</>
  return (
    <>
      {name}: {duration(of.median)} in the middle, {duration(of.least)} to {duration(of.greatest)}
    </>
  )
}
