import { useMemo, useState } from 'preact/hooks'
import type { SessionDocument } from '#events/documents/session.ts'
import { bytes, count, duration } from '../../logic/format.ts'
import { hexRow, PER_ROW } from '../../logic/hex.ts'
import { carried, readCapture } from '../../logic/packet/carried.ts'
import { follow, type Turn } from '../../logic/packet/follow.ts'
import { readBytes } from '../../state/bytes.ts'
import { useRead } from '../../state/use-read.ts'
import { reach } from '../../widgets/reach.ts'

/** The stream is put together here: of what is larger, this much. */
const MOST_PACKETS = 5000
const MOST_BYTES = 4_000_000
const MOST_TURNS = 500
const LONGEST = 20_000
/** Bytes of it drawn at a time: a browser takes seconds to lay out a megabyte of text. */
const STEP = 200_000

/** What both sides said, in turns, as text or hex: as it went over the wire, of what is kept. */
export function Follow({ session }: { session: SessionDocument }) {
  const [hex, setHex] = useState(false)
  const [most, setMost] = useState(STEP)
  const { id } = session.spider.session
  const read = useRead(
    async (stop) =>
      readCapture(
        await readBytes(`/sessions/${encodeURIComponent(id)}/packets.pcapng`, { first: 1, count: MOST_PACKETS, bytes: MOST_BYTES }, stop),
      ),
    [id, session.event.end],
  )
  const packets = read.state === 'read' ? read.value : undefined
  const turns = useMemo(() => (packets ? follow(carried(packets, session.client, session.server)) : []), [packets, session])
  if (read.state === 'failed') return <p class="error padded">{read.why}</p>
  if (!packets) return <p class="soft padded">Reading the packets …</p>
  if (packets.length === 0) return <p class="soft padded">The packets are no longer kept.</p>
  const start = packets[0].time
  const shown = drawn(turns, most)
  return (
    <>
      <div class="forms">
        <button type="button" class="quiet" aria-pressed={!hex} onClick={() => setHex(false)}>
          Text
        </button>
        <button type="button" class="quiet" aria-pressed={hex} onClick={() => setHex(true)}>
          Hex
        </button>
        <span class="soft">
          as on the wire{packets.length < session.network.packets && `, of the first ${count(packets.length)} packets`}
        </span>
      </div>
      <section class="follow" aria-label="The stream" ref={reach}>
        {turns.slice(0, shown).map((turn, i) => (
          <TurnView key={`${i} ${turn.offset}`} turn={turn} start={start} hex={hex} />
        ))}
        {shown < Math.min(turns.length, MOST_TURNS) && (
          <button type="button" class="more-turns" onClick={() => setMost(most + STEP)}>
            Show more ({count(turns.length - shown)} left)
          </button>
        )}
        {shown === MOST_TURNS && turns.length > shown && (
          <p class="soft padded">{count(turns.length - shown)} more turns are in the download of the packets.</p>
        )}
      </section>
    </>
  )
}

/** How many of the turns have `most` bytes to draw, the first always. */
function drawn(turns: Turn[], most: number): number {
  let sum = 0
  const full = turns.findIndex(({ bytes }) => {
    sum += Math.min(bytes.length, LONGEST)
    return sum > most
  })
  return Math.min(full < 0 ? turns.length : Math.max(full, 1), MOST_TURNS)
}

function TurnView({ turn, start, hex }: { turn: Turn; start: number; hex: boolean }) {
  const part = turn.bytes.subarray(0, LONGEST)
  return (
    <div class={`turn from-${turn.side}`}>
      <p class="soft">
        {turn.side === 'client' ? 'client →' : '← server'} {duration(turn.time - start)} · byte {count(turn.offset)} ·{' '}
        {bytes(turn.bytes.length)}
        {turn.missing > 0 && <b class="warn"> · {bytes(turn.missing)} before it are missing</b>}
      </p>
      <pre>{hex ? rowsOf(part) : printable(part)}</pre>
      {turn.bytes.length > LONGEST && <p class="soft">… {bytes(turn.bytes.length - LONGEST)} more</p>}
    </div>
  )
}

const rowsOf = (part: Uint8Array): string =>
  Array.from({ length: Math.ceil(part.length / PER_ROW) }, (_, row) => {
    const { offset, hex, text } = hexRow(part, row)
    return `${offset}  ${hex}  ${text}`
  }).join('\n')

/** UTF-8, with a sign for each control character and each byte that is none. */
const printable = (part: Uint8Array): string =>
  Array.from(new TextDecoder().decode(part).replaceAll('\r\n', '\n'), (char) => {
    const code = char.codePointAt(0)!
    return code < 0x20 && char !== '\n' && char !== '\t' ? String.fromCharCode(0x2400 + code) : char
  }).join('')
