import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { clock } from '../../logic/format.ts'
import { read } from '../../state/api.ts'
import { useRead } from '../../state/use-read.ts'
import { Differences } from '../details/Differences.tsx'

const local = clock()
/** Side by side: more cannot be read. */
const MOST_BESIDE = 8

/** The chosen calls side by side, in the order of time. */
export function Beside({ ids }: { ids: readonly string[] }) {
  const wanted = ids.slice(0, MOST_BESIDE)
  const known = useRead(
    (stop) => Promise.all(wanted.map((id) => read<ExchangeDocument>(`/exchanges/${encodeURIComponent(id)}`, {}, stop))),
    [wanted.join()],
  )
  return (
    <>
      {ids.length > MOST_BESIDE && <p class="soft">The first {MOST_BESIDE} that were chosen.</p>}
      {known.state === 'failed' && <p class="error">{known.why}</p>}
      {known.state === 'reading' && <p class="soft">Reading …</p>}
      {known.state === 'read' && <Compared calls={known.value} />}
    </>
  )
}

function Compared({ calls }: { calls: ExchangeDocument[] }) {
  const inTime = calls.toSorted((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1))
  return <Differences calls={inTime} names={inTime.map((call) => local.time(Date.parse(call['@timestamp'])))} />
}
