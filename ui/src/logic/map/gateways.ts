import { type Figures, type Flow, type Graph, join, type Link } from './graph.ts'

const GATEWAY =
  /(^|[^a-z])(gateway|gw|ingress|proxy|nginx|envoy|haproxy|traefik|apisix|kong|istio-\w+|waypoint|lb|load-?balancer)([^a-z]|$)/i

/** Does a node look like one that only passes calls on? By its name, and by having both callers and servers of its own. */
export const looksLikeGateway = (graph: Graph, id: string): boolean =>
  GATEWAY.test(id) && graph.links.some(({ from }) => from === id) && graph.links.some(({ to }) => to === id)

/**
 * The graph without some nodes: their callers are linked to whom they call. Which call led to which, counts cannot tell:
 * what a gateway asked of a server is shared among its callers in proportion to their calls, and the link says that it is.
 */
export const withoutGateways = (graph: Graph, gateways: readonly string[]): Graph => gateways.reduce(without, graph)

function without(graph: Graph, gateway: string): Graph {
  const into = graph.links.filter(({ to }) => to === gateway)
  const out = graph.links.filter(({ from }) => from === gateway)
  if (into.length === 0 || out.length === 0) return graph
  const links = new Map(graph.links.filter(({ from, to }) => from !== gateway && to !== gateway).map((link) => [link.id, link]))
  const all = into.reduce((sum, { count }) => sum + count, 0)
  for (const [caller, count] of callers(into))
    for (const link of out) {
      if (link.to === caller) continue
      const joined = join(links, caller, link.to, link.protocol, share(link, count / all))
      const before = into.find(({ from }) => from === caller)?.through ?? []
      const through = new Set([...(joined.through ?? []), ...before, ...(link.through ?? []), gateway])
      links.set(joined.id, { ...joined, through: [...through] })
    }
  return { nodes: graph.nodes.filter(({ id }) => id !== gateway), links: [...links.values()] }
}

function callers(into: readonly Link[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { from, count } of into) counts.set(from, (counts.get(from) ?? 0) + count)
  return counts
}

const share = ({ flows }: Link, part: number): Flow[] => flows.map((flow) => ({ ...flow, ...scaled(flow, part) }))
const scaled = ({ count, errors, bytes }: Figures, part: number): Pick<Figures, 'count' | 'errors' | 'bytes'> => ({
  count: count * part,
  errors: errors * part,
  bytes: bytes * part,
})
