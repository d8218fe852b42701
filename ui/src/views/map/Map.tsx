import { useState } from 'preact/hooks'
import { count, plural } from '../../logic/format.ts'
import type { Graph } from '../../logic/map/graph.ts'
import { ofView, setOfView } from '../../state/place.ts'
import { NoCalls } from '../NoCalls.tsx'
import { Canvas, type Chosen } from './Canvas.tsx'
import { Changes, useComparison } from './Changes.tsx'
import { ChosenPanel } from './Chosen.tsx'
import { forgetPlaces } from './edits.ts'
import { usePlaces } from './places.ts'
import { Toolbar } from './Toolbar.tsx'
import { useGraph, useRows } from './use-map.ts'

/** Who calls whom, built by itself from the calls that are looked at. */
export function MapView() {
  const answer = useRows('looked at')
  const graph = useGraph(answer.value?.groups)
  const comparison = useComparison(graph)
  const [arranged, setArranged] = useState(0)
  const places = usePlaces(graph, arranged)
  const chosen = chosenIn(graph)
  const others = answer.value?.others
  return (
    <section class="view map" aria-label="Map">
      <Toolbar
        onArrange={() => {
          forgetPlaces()
          setArranged(arranged + 1)
        }}
      />
      <div class="map-body">
        {graph.nodes.length > 0 && places ? (
          <Canvas key={arranged} graph={graph} places={places} chosen={chosen} onChoose={choose} changes={comparison?.links} />
        ) : (
          <p class="map-canvas padded soft">{answer.value && graph.nodes.length === 0 ? '' : 'Reading …'}</p>
        )}
        {answer.value && graph.nodes.length === 0 && <NoCalls />}
        {chosen ? (
          <ChosenPanel graph={graph} chosen={chosen} onChoose={choose} />
        ) : (
          comparison && <Changes comparison={comparison} onLink={(link) => choose({ link })} />
        )}
      </div>
      {answer.problem && (
        <p class="map-foot error" role="alert">
          {answer.problem}
        </p>
      )}
      {others && others.groups > 0 && (
        <p class="map-foot soft">
          {plural(others.groups, 'smaller group')} with {count(others.count)} calls not drawn: narrow the filter to see them.
        </p>
      )}
    </section>
  )
}

/** What is chosen stands in the link, and is there as long as it is on the map; an address leads to the node that it belongs to by now. */
function chosenIn(graph: Graph): Chosen {
  const [node, link] = [ofView('map.node'), ofView('map.link')]
  const found = node === undefined ? undefined : graph.nodes.find(({ id, members }) => id === node || members.includes(node))
  if (found) return { node: found.id }
  if (link !== undefined && graph.links.some(({ id }) => id === link)) return { link }
  return undefined
}

function choose(chosen: Chosen): void {
  setOfView('map.node', chosen && 'node' in chosen ? chosen.node : undefined, 'replace')
  setOfView('map.link', chosen && 'link' in chosen ? chosen.link : undefined, 'replace')
}
