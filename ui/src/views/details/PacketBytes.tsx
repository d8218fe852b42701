import { useMemo, useState } from 'preact/hooks'
import { bytes as size } from '../../logic/format.ts'
import { readCapture } from '../../logic/packet/carried.ts'
import type { PacketField, PacketLayer } from '../../logic/packet/layer.ts'
import { layersOf } from '../../logic/packet/layers.ts'
import { readBytes } from '../../state/bytes.ts'
import { useRead } from '../../state/use-read.ts'
import { LinkedHex } from '../../widgets/LinkedHex.tsx'

type Span = { from: number; to: number }

/** The layers of one packet, and its bytes: what is pointed at in one stands out in the other. */
export function PacketBytes({ session, number }: { session: string; number: number }) {
  const read = useRead(
    async (stop) =>
      readCapture(await readBytes(`/sessions/${encodeURIComponent(session)}/packets.pcapng`, { first: number, count: 1 }, stop))[0],
    [session, number],
  )
  const packet = read.state === 'read' ? read.value : undefined
  const layers = useMemo(() => (packet ? layersOf(packet.bytes, packet.linkType) : []), [packet])
  const [pointed, setPointed] = useState<Span>()
  if (read.state === 'failed') return <p class="error padded">{read.why}</p>
  if (read.state === 'reading') return <p class="soft padded">Reading packet {number} …</p>
  if (!packet) return <p class="soft padded">The bytes of packet {number} are no longer kept.</p>
  return (
    <section class="packet-bytes" aria-label={`Packet ${number}`}>
      <ul class="layers">
        {layers.map((layer) => (
          <Layer key={`${layer.name} ${layer.from}`} layer={layer} pointed={pointed} onPoint={setPointed} />
        ))}
        {packet.originalLength > packet.bytes.length && (
          <li class="soft">
            {size(packet.bytes.length)} of {size(packet.originalLength)} were captured.
          </li>
        )}
      </ul>
      <LinkedHex
        bytes={packet.bytes}
        marked={pointed}
        label={`Bytes of packet ${number}`}
        onPoint={(at) => setPointed(at === undefined ? undefined : spanAt(layers, at))}
      />
    </section>
  )
}

/** The narrowest of what holds a byte: a field, else its layer. */
function spanAt(layers: PacketLayer[], at: number): Span | undefined {
  const holds = ({ from, to }: Span) => at >= from && at < to
  const layer = layers.find(holds)
  return layer?.fields.filter(holds).sort((a, b) => a.to - a.from - (b.to - b.from))[0] ?? layer
}

interface LayerProps {
  layer: PacketLayer
  pointed: Span | undefined
  onPoint(span: Span | undefined): void
}

function Layer({ layer, pointed, onPoint }: LayerProps) {
  const same = (span: Span) => pointed?.from === span.from && pointed.to === span.to
  return (
    <li>
      <button
        type="button"
        class={`layer-name ${same(layer) ? 'pointed' : ''}`}
        onMouseEnter={() => onPoint(layer)}
        onFocus={() => onPoint(layer)}
      >
        {layer.name} <span class="soft">{layer.note ?? `${layer.to - layer.from} bytes`}</span>
      </button>
      <ul>
        {layer.fields.map((field: PacketField) => (
          <li key={`${field.name} ${field.from}`}>
            <button
              type="button"
              class={`layer-field ${same(field) ? 'pointed' : ''}`}
              onMouseEnter={() => onPoint(field)}
              onFocus={() => onPoint(field)}
            >
              <span class="soft">{field.name}</span> <code>{field.value}</code>
            </button>
          </li>
        ))}
      </ul>
    </li>
  )
}
