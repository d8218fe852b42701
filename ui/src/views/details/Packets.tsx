import { useRef, useState } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { count, duration, plural } from '../../logic/format.ts'
import { during } from '../../logic/packet/packets.ts'
import { timing } from '../../logic/timing.ts'
import { url } from '../../state/api.ts'
import { packets, sessionFailure } from '../../state/selected.ts'
import { useVirtual } from '../../widgets/virtual.ts'
import { PacketBytes } from './PacketBytes.tsx'

const ROW = 24

/** The packets of the session; those seen while the call went on stand out. */
export function Packets({ call }: { call: ExchangeDocument }) {
  const scroller = useRef<HTMLDivElement>(null)
  const [chosen, setChosen] = useState<number>()
  const items = packets.value?.items ?? []
  const list = useVirtual(scroller, items.length, ROW)
  const span = timing(call)
  const first = items[0]?.time ?? 0
  const own = span ? items.filter((packet) => during(packet, span.start, span.start + span.total)).length : 0
  return (
    <div class="packets">
      <div class="body-head">
        <span class="soft">
          {packets.value
            ? `${plural(packets.value.total, 'packet')} of the session, ${count(own)} while this call went on`
            : (sessionFailure.value ?? 'Reading the packets …')}
        </span>
        <div class="space" />
        <a
          class="button quiet"
          href={url(`/sessions/${encodeURIComponent(call.spider.session.id)}/packets.pcapng`)}
          download={`${call.spider.session.id}.pcapng`}
        >
          Download pcapng
        </a>
      </div>
      <div class="packet packet-head">
        <span>No</span>
        <span>Time</span>
        <span>From</span>
        <span>Flags</span>
        <span>Seq</span>
        <span>Ack</span>
        <span>Length</span>
        <span>Window</span>
      </div>
      <section class="packet-list" ref={scroller} aria-label="Packets">
        <div class="packet-rows" style={{ height: `${list.getTotalSize()}px` }}>
          {list.getVirtualItems().map(({ index, start }) => {
            const packet = items[index]
            return (
              <button
                type="button"
                key={packet.number}
                aria-pressed={packet.number === chosen}
                onClick={() => setChosen(packet.number)}
                class={`packet from-${packet.side} ${span && during(packet, span.start, span.start + span.total) ? 'own' : ''}`}
                style={{ transform: `translateY(${start}px)` }}
              >
                <span>{packet.number}</span>
                <span>{duration(packet.time - first)}</span>
                <span>{packet.side === 'client' ? 'client →' : 'server ←'}</span>
                <span>{packet.flags}</span>
                <span>{packet.sequence}</span>
                <span>{packet.acknowledgement}</span>
                <span>{packet.length}</span>
                <span>{packet.window}</span>
              </button>
            )
          })}
        </div>
      </section>
      {chosen !== undefined && <PacketBytes session={call.spider.session.id} number={chosen} />}
    </div>
  )
}
