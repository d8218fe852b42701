import { useMemo } from 'preact/hooks'
import { edited } from '../../logic/map/edits.ts'
import { looksLikeGateway } from '../../logic/map/gateways.ts'
import { BY, bareAddresses, type Graph, METRICS, MOST, type Row, toGraph } from '../../logic/map/graph.ts'
import { type Answer, useAnswer } from '../../state/answer.ts'
import { hostNames, useHostNames } from '../../state/host-names.ts'
import { edits, grouping, hidesGateways } from './edits.ts'

export interface Rows {
  groups: Row[]
  others?: { groups: number; count: number }
  from: number
  to: number
}

/** The question of the map, of the range looked at or of another. */
export const useRows = (span: { from: number; to: number } | undefined | 'looked at'): Answer<Rows> =>
  useAnswer<Rows>(span === undefined ? undefined : '/aggregate', {
    by: BY,
    metrics: METRICS,
    sort: '-count',
    most: MOST,
    ...(span === 'looked at' ? {} : span),
  })

/** The graph of an answer as it is shown: grouped, gateways passed over, edited. */
export function useGraph(rows: readonly Row[] | undefined): Graph {
  const { rules, hidden, gateways } = edits.value
  const [by, hides, names] = [grouping.value, hidesGateways.value, hostNames.value]
  useHostNames(useMemo(() => bareAddresses(rows ?? []), [rows]))
  return useMemo(() => {
    const graph = toGraph(rows ?? [], by, rules, names)
    const passed = hides ? graph.nodes.filter(({ id }) => looksLikeGateway(graph, id)).map(({ id }) => id) : []
    return edited(graph, { hidden, gateways: [...new Set([...gateways, ...passed])] })
  }, [rows, by, hides, names, rules, hidden, gateways])
}

/** Calls `run` with slices of a generator's steps, so that no frame waits for all of them; the answered function breaks off. */
export function inSlices<T>(steps: Generator<void, T>, done: (result: T) => void): () => void {
  const SLICE = 8
  let timer = 0
  const go = () => {
    const end = performance.now() + SLICE
    do {
      const step = steps.next()
      if (step.done) return done(step.value)
    } while (performance.now() < end)
    timer = requestAnimationFrame(go)
  }
  go()
  return () => cancelAnimationFrame(timer)
}
