import { useMemo, useState } from 'preact/hooks'
import { describeSpan } from '../../logic/axis.ts'
import { clock, count, plural } from '../../logic/format.ts'
import { type Change, compare, ENDPOINTS, earlier, endpointsOf, type Kind, linksOf } from '../../logic/map/compare.ts'
import { type Graph, METRICS, MOST } from '../../logic/map/graph.ts'
import { useAnswer } from '../../state/answer.ts'
import { hostNames } from '../../state/host-names.ts'
import { ofView, span } from '../../state/place.ts'
import { edits } from './edits.ts'
import { type Rows, useGraph, useRows } from './use-map.ts'

const local = clock()
const TITLES: Record<Kind, string> = { failing: 'failing', new: 'new', gone: 'gone', slower: 'slower' }

export interface Comparison {
  links: Change[]
  endpoints: Change[]
  earlier: { from: number; to: number }
}

/** What changed since the stretch that is compared with; undefined when none is. */
export function useComparison(graph: Graph): Comparison | undefined {
  const asked = ofView('map.with')
  const then = asked === undefined ? undefined : earlier(asked, span.value)
  const endpoints = { by: ENDPOINTS, metrics: METRICS, sort: '-count', most: MOST }
  const before = useRows(then)
  const endpointsBefore = useAnswer<Rows>(then && '/aggregate', { ...endpoints, ...then })
  const endpointsNow = useAnswer<Rows>(then && '/aggregate', endpoints)
  const graphBefore = useGraph(before.value?.groups)
  const names = hostNames.value
  const scale = then ? (span.value.to - span.value.from) / (then.to - then.from) : 1
  return useMemo(() => {
    if (!then || !before.value || !endpointsBefore.value || !endpointsNow.value) return undefined
    return {
      earlier: then,
      links: compare(linksOf(graph), linksOf(graphBefore), scale),
      endpoints: compare(endpointsOf(endpointsNow.value.groups, names), endpointsOf(endpointsBefore.value.groups, names), scale),
    }
  }, [asked, graph, graphBefore, names, endpointsBefore.value, endpointsNow.value])
}

const MOST_SHOWN = 100

/** What changed, the most first. */
export function Changes({ comparison, onLink }: { comparison: Comparison; onLink(id: string): void }) {
  const [of, setOf] = useState<'links' | 'endpoints'>('links')
  const changes = comparison[of]
  const { names } = edits.value
  const named = (id: string) =>
    of === 'endpoints'
      ? id
      : id.replace(/^(.*) → (.*) (\S+)$/, (_, a: string, b: string, c: string) => `${names[a] ?? a} → ${names[b] ?? b} ${c}`)
  return (
    <section class="map-changes" aria-label="What changed">
      <header>
        <b>What changed</b>
        <span class="soft">since {describeSpan(local, comparison.earlier.from, comparison.earlier.to)}</span>
      </header>
      <fieldset class="map-actions" aria-label="Changes of">
        {(['links', 'endpoints'] as const).map((each) => (
          <button key={each} type="button" aria-pressed={of === each} onClick={() => setOf(each)}>
            {each} {count(comparison[each].length)}
          </button>
        ))}
      </fieldset>
      {changes.length === 0 && <p class="soft">Nothing: the same calls, as fast, with as few failures.</p>}
      <ol>
        {changes.slice(0, MOST_SHOWN).map(({ id, kind, words }) => (
          <li key={`${kind} ${id}`} class={`change change-${kind}`}>
            <span class="change-kind">{TITLES[kind]}</span>
            {of === 'links' && kind !== 'gone' ? (
              <button type="button" class="quiet" onClick={() => onLink(id)}>
                {named(id)}
              </button>
            ) : (
              <span>{named(id)}</span>
            )}
            <span class="soft">{words}</span>
          </li>
        ))}
      </ol>
      {changes.length > MOST_SHOWN && <p class="soft">{plural(changes.length - MOST_SHOWN, 'smaller change')} not shown.</p>}
    </section>
  )
}
