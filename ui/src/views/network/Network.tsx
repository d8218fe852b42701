import { filterOf, findDimension } from '#engines/query/dimensions.ts'
import { bytes, count, plural } from '../../logic/format.ts'
import { type Usage, type UsageSums, type Usages, uncounted } from '../../logic/network.ts'
import { agents } from '../../state/agents.ts'
import { useAnswer } from '../../state/answer.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { reach } from '../../widgets/reach.ts'
import { Value } from '../details/Value.tsx'

const MOST_ROWS = 200

interface Measure {
  title: string
  /** What it means, for who points at it. */
  hint: string
  of(sums: UsageSums): number
  write(value: number): string
  /** As the server sorts by it. */
  sort?: string
  bad?: true
}

const MEASURES: readonly Measure[] = [
  { title: 'Client sent', hint: 'Payload', of: ({ client }) => client.bytes, write: bytes, sort: 'client' },
  { title: 'Server sent', hint: 'Payload', of: ({ server }) => server.bytes, write: bytes, sort: 'server' },
  {
    title: 'Messages',
    hint: 'In both directions. UDP: datagrams; TCP: segments with data',
    of: ({ client, server }) => client.messages + server.messages,
    write: count,
  },
  { title: 'Connections', hint: 'Opened meanwhile', of: ({ connections }) => connections, write: count, sort: 'connections' },
  { title: 'Failed', hint: 'Refused, or not answered', of: ({ failed }) => failed, write: count, sort: 'failed', bad: true },
  {
    title: 'Sent again',
    hint: 'Segments that the process sent again',
    of: ({ retransmissions }) => retransmissions,
    write: count,
    sort: 'retransmissions',
    bad: true,
  },
]
const USUAL = 'server'

/** What processes sent and received, per pair of hosts, as the kernel counted it: also what was not captured. */
export function Network() {
  const sort = ofView('network.sort') ?? USUAL
  // The filter speaks of calls.
  const { value, problem } = useAnswer<Usages>('/usage', { q: '', sort, most: MOST_ROWS })
  return (
    <section class="view statistics" aria-label="Network">
      <div class="statistics-body" ref={reach}>
        {problem && <p class="error padded">{problem}</p>}
        <Counted isEmpty={value?.items.length === 0} />
        {value && value.items.length > 0 && <Table usages={value} sort={sort} />}
        {value && value.others > 0 && <p class="soft padded">{plural(value.others, 'row')} more, with less.</p>}
      </div>
    </section>
  )
}

/** Who counts, and why somebody does not. */
function Counted({ isEmpty }: { isEmpty: boolean }) {
  const counting = agents.value.filter(({ agent, spider }) => agent.type === 'gocipher' && spider.state === 'capturing')
  const lines = counting.flatMap(({ agent, spider }) => uncounted(spider).map((words) => `${agent.name} ${words}`))
  return (
    <>
      {lines.map((line) => (
        <p key={line} class="error padded">
          {line}
        </p>
      ))}
      {isEmpty && (
        <p class="soft padded">
          {counting.length > 0 ? (
            'Nothing was sent in this range by the processes that are watched.'
          ) : (
            <>
              Gocipher counts what processes send and receive, and none runs: <code>scripts/start --gocipher</code> here, as root, or{' '}
              <code>spider gocipher --server {location.origin}</code> on another machine.
            </>
          )}
        </p>
      )}
    </>
  )
}

function Table({ usages: { items, total }, sort }: { usages: Usages; sort: string }) {
  return (
    <table class="statistics-table" aria-label="Network usage">
      <thead>
        <tr>
          {['Process', 'Host', 'Client', 'Server', 'Over'].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
          {MEASURES.map((measure) => (
            <Head key={measure.title} measure={measure} sort={sort} />
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map((usage) => (
          <Row key={keyOf(usage)} usage={usage} />
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={5}>
            All rows
          </th>
          <Sums sums={total} />
        </tr>
      </tfoot>
    </table>
  )
}

function Head({ measure: { title, hint, sort: by }, sort }: { measure: Measure; sort: string }) {
  const isSorted = by === sort
  return (
    <th scope="col" class="end" title={hint} aria-sort={isSorted ? 'descending' : undefined}>
      {by === undefined ? (
        title
      ) : (
        <button type="button" class="sort" onClick={() => setOfView('network.sort', by === USUAL ? undefined : by)}>
          {title}
          {isSorted && <span aria-hidden="true"> ▼</span>}
        </button>
      )}
    </th>
  )
}

const keyOf = ({ hostname, process, client_address, server_address, port, transport, direction }: Usage): string =>
  [hostname, process, client_address, server_address, port, transport, direction].join(' ')

function Row({ usage }: { usage: Usage }) {
  const { hostname, process, client_address: client, server_address: server, port, transport, direction } = usage
  return (
    <tr>
      <td>{process ?? 'all others'}</td>
      <td>{hostname}</td>
      <td>
        <Address dimension="client.address" address={client} isOwn={direction === 'outbound'} />
      </td>
      <td>
        <Address dimension="server.address" address={server} port={port} isOwn={direction === 'inbound'} />
      </td>
      <td>{transport}</td>
      <Sums sums={usage} />
    </tr>
  )
}

/** The process's own end is the one that is set off. */
function Address({ dimension, address, port, isOwn }: { dimension: string; address: string | null; port?: number | null; isOwn: boolean }) {
  if (address === null) return <>–</>
  const text = port ? `${address.includes(':') ? `[${address}]` : address}:${port}` : address
  return (
    <Value term={filterOf(findDimension(dimension)!, address)} copy={text}>
      {isOwn ? <b>{text}</b> : text}
    </Value>
  )
}

const Sums = ({ sums }: { sums: UsageSums }) => (
  <>
    {MEASURES.map(({ title, of, write, bad }) => (
      <td key={title} class={`end ${bad && of(sums) > 0 ? 'bad' : ''}`}>
        {write(of(sums))}
      </td>
    ))}
  </>
)
