import { useMemo } from 'preact/hooks'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { count } from '../../logic/format.ts'
import { type Call, callOf, unnamedIn } from '../../logic/sequence/call.ts'
import { type Nested, nest } from '../../logic/sequence/nest.ts'
import { useAnswer } from '../../state/answer.ts'
import type { Parameters } from '../../state/api.ts'
import { hostNames, useHostNames } from '../../state/host-names.ts'
import { following, ofView } from '../../state/place.ts'
import { selected } from '../../state/selected.ts'
import { chosen } from '../grid/selection.ts'

/** Calls that a diagram is drawn of at most; the reader chooses. */
export const MOSTS = [50, 200, 1000]
const MOST = 200
export const most = (): number => MOSTS.find((each) => String(each) === ofView('calls.most')) ?? MOST
/** Chosen calls that a filter names at most. */
const MOST_CHOSEN = 100
const TEN_MINUTES = 600_000

export interface Diagram {
  calls: Call[]
  trees: Nested[]
  /** What is left out, in words; empty: nothing. */
  left: string
  problem: string | undefined
  loading: boolean
}

interface Page {
  total: number
  items: ExchangeDocument[]
}

/** Which calls are drawn: those looked at, those chosen in the list, or what the opened one belongs to. */
export function source(): 'all' | 'chosen' | 'opened' {
  const asked = ofView('calls.of')
  if (asked === 'opened' && selected.value) return 'opened'
  return asked === 'chosen' && chosen.value.keys.length > 0 ? 'chosen' : 'all'
}

/** The calls that are looked at or chosen, or what the opened one belongs to: its trace, else what went on while it did; nested by what caused them. */
export function useCalls(): Diagram {
  const of = source()
  const opened = of === 'opened' ? selected.value : undefined
  const order = following.value && !opened ? 'newest' : 'oldest'
  const { value, problem, loading } = useAnswer<Page>('/exchanges', {
    size: most(),
    order,
    ...(of === 'chosen' && { q: named(chosen.value.keys) }),
    ...(opened && around(opened)),
  })
  useHostNames(useMemo(() => unnamedIn(value?.items ?? []), [value]))
  const names = hostNames.value
  return useMemo(() => {
    const calls = (value?.items ?? []).map((item) => callOf(item, names))
    const trees = nest(calls)
    const own = opened && !opened.trace ? trees.flatMap((tree) => treeOf(tree, opened.event.id)) : trees
    const left =
      value && value.total > calls.length
        ? `the ${order === 'newest' ? 'newest' : 'first'} ${count(calls.length)} of ${count(value.total)}`
        : ''
    return { calls, trees: own, left, problem, loading }
  }, [value, names, opened?.event.id, problem, loading])
}

const named = (ids: readonly string[]): string =>
  ids
    .slice(0, MOST_CHOSEN)
    .map((id) => `event.id:"${id}"`)
    .join(' or ')

/** The question for what belongs to a call. */
function around(call: ExchangeDocument): Parameters {
  const start = Date.parse(call['@timestamp'])
  const end = start + call.event.duration / 1e6
  if (call.trace) return { q: `trace.id:${call.trace.id}`, from: start - TEN_MINUTES, to: end + TEN_MINUTES }
  return { q: '', from: start, to: end + 1 }
}

const treeOf = (tree: Nested, id: string): Nested[] => (tree.call.id === id ? [tree] : tree.children.flatMap((child) => treeOf(child, id)))
