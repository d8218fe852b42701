import { bytes, count, plural } from '../../logic/format.ts'
import type { Graph, Link } from '../../logic/map/graph.ts'
import { between, type Usages } from '../../logic/network.ts'
import { useAnswer } from '../../state/answer.ts'

const MOST = 2000

/** What the kernel counted between the two nodes of a link, whatever they spoke; nothing where nobody counts. */
export function NetworkUsage({ graph, link }: { graph: Graph; link: Link }) {
  const { value } = useAnswer<Usages>('/usage', { q: '', most: MOST })
  const membersOf = (id: string): readonly string[] => graph.nodes.find((node) => node.id === id)?.members ?? []
  const sums = value && between(value.items, membersOf(link.from), membersOf(link.to))
  if (!sums) return null
  const { client, server, connections, failed, retransmissions } = sums
  return (
    <p class="soft">
      Network: {bytes(client.bytes)} there, {bytes(server.bytes)} back, {plural(connections, 'connection')} opened
      {failed > 0 && `, ${count(failed)} failed`}
      {retransmissions > 0 && `, ${plural(retransmissions, 'segment')} sent again`}
    </p>
  )
}
