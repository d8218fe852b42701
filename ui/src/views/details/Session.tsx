import { useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { SessionDocument } from '#events/documents/session.ts'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { bytes, clock, count, duration, plural } from '../../logic/format.ts'
import { closedBy, handshake } from '../../logic/packet/packets.ts'
import { equals } from '../../logic/refine.ts'
import { packets, session, sessionFailure } from '../../state/selected.ts'
import { endpoint } from '../parts.tsx'
import { Follow } from './Follow.tsx'
import { Transmission } from './Transmission.tsx'
import { Value } from './Value.tsx'

const local = clock()

const STATES: Record<SessionDocument['spider']['state'], string> = {
  open: 'open when last seen',
  closed: 'closed by both sides',
  reset: 'reset',
  idle: 'given up after a long silence',
  ended: 'the capture ended before it did',
}
const KNOWN_BY: Record<string, string> = { syn: 'its SYN', data: 'what it sent first', port: 'the ports' }

/** The TCP connection that carried the call. */
export function Session({ call }: { call: ExchangeDocument }) {
  const known = session.value
  if (sessionFailure.value) return <p class="error padded">{sessionFailure.value}</p>
  if (!known) return <p class="soft padded">Reading the session …</p>
  const { spider, network, event } = known
  const { client, server } = spider.sides
  const stalls = (times: number | undefined, nanos: number | undefined) =>
    times ? `${plural(times, 'time')}, ${duration((nanos ?? 0) / 1000)}` : 'never'
  const either = (field: keyof typeof client) => Boolean(client[field] || server[field])
  const rows: [string, (side: typeof client) => string, boolean?][] = [
    ['Packets', (side) => count(side.packets)],
    ['Payload', (side) => bytes(side.bytes)],
    ['Retransmissions', (side) => count(side.retransmissions), client.retransmissions + server.retransmissions > 0],
    ['Sent again in vain', (side) => count(side.spurious_retransmissions ?? 0), either('spurious_retransmissions')],
    ['Out of order', (side) => count(side.out_of_order)],
    [
      'Missing',
      (side) => (side.gaps > 0 ? `${bytes(side.missing_bytes)} in ${plural(side.gaps, 'gap')}` : 'nothing'),
      client.gaps + server.gaps > 0,
    ],
    ['Could take no more', (side) => stalls(side.window_stalls, side.window_stall_time), either('window_stalls')],
    ['Was sent all it could take', (side) => stalls(side.full_windows, side.full_window_time), either('full_windows')],
    ['Sent FIN', (side) => (side.fin ? 'yes' : 'no')],
    ['Sent RST', (side) => (side.reset ? 'yes' : 'no'), client.reset || server.reset],
  ]
  return (
    <div class="session">
      <dl class="facts">
        <dt>Session</dt>
        <dd>
          <Value term={equals('spider.session.id', spider.session.id)}>
            <code>{spider.session.id}</code>
          </Value>
        </dd>
        <dt>From, to</dt>
        <dd>
          {local.time(Date.parse(event.start))} – {local.time(Date.parse(event.end))} ({duration(event.duration / 1000)})
        </dd>
        <dt>Calls</dt>
        <dd>
          {count(spider.exchanges)} in {plural(network.packets, 'packet')}, {bytes(network.bytes)}
        </dd>
        <dt>Handshake</dt>
        <dd>{handshakeInWords(known, packets.value?.items)}</dd>
        <dt>End</dt>
        <dd>{endInWords(known, packets.value?.items)}</dd>
        <dt>Client known by</dt>
        <dd>{KNOWN_BY[spider.client_known_by] ?? spider.client_known_by}</dd>
      </dl>
      <table class="sides">
        <thead>
          <tr>
            <td />
            <th scope="col">Client {endpoint(call.client)}</th>
            <th scope="col">Server {endpoint(call.server)}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, write, bad]) => (
            <tr key={name} class={bad ? 'bad' : ''}>
              <th scope="row">{name}</th>
              <td>{write(client)}</td>
              <td>{write(server)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {network.transport === 'tcp' && packets.value && <Transmission packets={packets.value.items} total={packets.value.total} />}
      <Stream key={spider.session.id} session={known} />
    </div>
  )
}

/** The stream is only read when somebody wants to see it. */
function Stream({ session: known }: { session: SessionDocument }) {
  const [open, setOpen] = useState(false)
  return (
    <details class="pairs" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <h3>Follow the stream</h3> <span class="soft">both directions, as they went over the wire</span>
      </summary>
      {open && <Follow session={known} />}
    </details>
  )
}

function handshakeInWords({ spider }: SessionDocument, seen: SessionPacket[] | undefined): string {
  if (spider.handshake === undefined) return 'not seen: the connection was open before the capture, or its packets are missing'
  const answer = seen && handshake(seen).answer
  return `${duration(spider.handshake / 1000)}${answer === undefined ? '' : `, of which ${duration(answer)} until the SYN was answered`}`
}

function endInWords({ spider }: SessionDocument, seen: SessionPacket[] | undefined): string {
  const by = seen && closedBy(seen)
  return by
    ? `${STATES[spider.state]}; the ${by.side} was first to send ${by.how === 'FIN' ? 'a FIN' : 'a RST'}, at ${local.time(by.time / 1000)}`
    : STATES[spider.state]
}
