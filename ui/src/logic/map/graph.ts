import { type Grouping, groupOf, isAddress, NO_NAMES, type Rule } from './group.ts'

/** The question of the map: one group for each client, server, protocol and outcome. */
export const BY = 'client.address,server.address,network.protocol,status_class'
export const METRICS = 'errors,bytes,mean,max,p99'
/** Groups asked for at most; the map says what it leaves out. */
export const MOST = 4000

/** A group of the store's answer, keys as `BY` says. Durations in ns. */
export interface Row {
  key: (string | number | null)[]
  count: number
  errors?: number
  bytes?: number
  mean?: number
  max?: number
  p99?: number
}

/** What adds up. `mean` and `max` in ns, 0 when there is none; `p99` is of one group exact, of several the largest: no less than the true one. */
export interface Figures {
  count: number
  errors: number
  bytes: number
  mean: number
  max: number
  p99: number
  /** Of how many groups they are. */
  parts: number
}

export interface Flow extends Figures {
  outcome: string
}

/** Calls of one protocol between two nodes. */
export interface Link extends Figures {
  id: string
  from: string
  to: string
  protocol: string
  /** By outcome, the worst first. */
  flows: Flow[]
  /** Through nodes that are hidden; the figures are those of their calls, in proportion. */
  through?: string[]
}

export interface Node {
  id: string
  /** Addresses that it stands for. */
  members: string[]
  /** Calls that it answered, and made. */
  served: Figures
  made: Figures
  /** Calls among its own members. */
  within: number
}

export interface Graph {
  nodes: Node[]
  links: Link[]
}

export const NONE: Figures = { count: 0, errors: 0, bytes: 0, mean: 0, max: 0, p99: 0, parts: 0 }
const UNKNOWN = '(unknown)'

export const figuresOf = ({ count, errors = 0, bytes = 0, mean = 0, max = 0, p99 = 0 }: Row): Figures => ({
  count,
  errors,
  bytes,
  mean,
  max,
  p99,
  parts: 1,
})

/** Both together. */
export const add = (a: Figures, b: Figures): Figures => ({
  count: a.count + b.count,
  errors: a.errors + b.errors,
  bytes: a.bytes + b.bytes,
  mean: a.count + b.count === 0 ? 0 : (a.mean * a.count + b.mean * b.count) / (a.count + b.count),
  max: Math.max(a.max, b.max),
  p99: Math.max(a.p99, b.p99),
  parts: a.parts + b.parts,
})

/** Of how many calls of a hundred the server could not do what was asked, 0 to 1. */
export const errorShare = ({ count, errors }: Pick<Figures, 'count' | 'errors'>): number => (count === 0 ? 0 : Math.min(errors / count, 1))

/** Outcomes as they are drawn: the worst first. */
export const OUTCOMES = ['5xx', 'failure', '4xx', 'unknown', 'none', '3xx', '2xx', 'success', '1xx']
const rank = (outcome: string): number => (OUTCOMES.indexOf(outcome) + OUTCOMES.length + 1) % (OUTCOMES.length + 1)
export const linkId = (from: string, to: string, protocol: string): string => `${from} → ${to} ${protocol}`

/** Addresses of an answer that stand there without a name. */
export const bareAddresses = (rows: readonly Row[]): string[] =>
  [...new Set(rows.flatMap(({ key: [client, server] }) => [client, server]))].filter(
    (key) => typeof key === 'string' && isAddress(key),
  ) as string[]

/** The graph of an answer: addresses gathered into nodes, groups into links. In the order of names, whatever that of the answer. */
export function toGraph(rows: readonly Row[], by: Grouping, rules: readonly Rule[] = [], names = NO_NAMES): Graph {
  const nodes = new Map<string, Node>()
  const links = new Map<string, Link>()
  const nodeOf = (key: string | number | null): Node => {
    const address = key === null ? UNKNOWN : String(key)
    const id = groupOf(address, by, rules, names)
    const known = nodes.get(id) ?? { id, members: [], served: NONE, made: NONE, within: 0 }
    if (!known.members.includes(address)) known.members.push(address)
    nodes.set(id, known)
    return known
  }
  for (const row of rows) {
    const [client, server] = [nodeOf(row.key[0]), nodeOf(row.key[1])]
    const figures = figuresOf(row)
    client.made = add(client.made, figures)
    server.served = add(server.served, figures)
    if (client === server) client.within += row.count
    else join(links, client.id, server.id, String(row.key[2] ?? '?'), [{ ...figures, outcome: String(row.key[3] ?? 'none') }])
  }
  return {
    nodes: [...nodes.values()].map((node) => ({ ...node, members: node.members.sort() })).sort(byId),
    links: [...links.values()].sort(byId),
  }
}

const byId = (a: { id: string }, b: { id: string }): number => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

/** Adds calls to the link between two nodes, which comes to be when there was none. */
export function join(links: Map<string, Link>, from: string, to: string, protocol: string, flows: readonly Flow[]): Link {
  const id = linkId(from, to, protocol)
  const known = links.get(id) ?? { ...NONE, id, from, to, protocol, flows: [] }
  const merged = [...known.flows]
  for (const flow of flows) {
    const at = merged.findIndex(({ outcome }) => outcome === flow.outcome)
    if (at < 0) merged.push(flow)
    else merged[at] = { ...add(merged[at], flow), outcome: flow.outcome }
  }
  merged.sort((a, b) => rank(a.outcome) - rank(b.outcome))
  const link = { ...known, ...merged.reduce<Figures>(add, NONE), flows: merged }
  links.set(id, link)
  return link
}
