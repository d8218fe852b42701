import { type Signal, signal } from '@preact/signals'
import { useEffect, useMemo, useState } from 'preact/hooks'
import type { Place } from '../../logic/map/edits.ts'
import type { Graph } from '../../logic/map/graph.ts'
import { layOut } from '../../logic/map/layout.ts'
import { edits, grouping, keepPlaces, mapId, placesBefore } from './edits.ts'
import { inSlices } from './use-map.ts'

/** Where each node is, as a signal of its own: who drags one redraws that node and its links, nothing else. */
export type Places = ReadonlyMap<string, Signal<Place>>

/** Places for the nodes of a graph. Undefined until they were laid out first; nodes that come later appear when they have their place. */
export function usePlaces(graph: Graph, anew: number): Places | undefined {
  const ids = useMemo(() => graph.nodes.map(({ id }) => id), [graph])
  const shape = JSON.stringify([mapId.value, grouping.value, anew, ids, graph.links.map(({ id }) => id)])
  const [placed, setPlaced] = useState<Places>()
  useEffect(() => {
    if (ids.length === 0) return
    const known = { ...placesBefore(), ...edits.peek().places }
    return inSlices(layOut(ids, graph.links, known), (found) => {
      keepPlaces(found)
      setPlaced((before) => new Map([...found].map(([id, place]) => [id, moved(before?.get(id), place)])))
    })
  }, [shape])
  const dragged = edits.value.places
  useEffect(() => {
    for (const [id, place] of Object.entries(dragged)) {
      const there = placed?.get(id)
      if (there) there.value = place
    }
  }, [dragged, placed])
  return placed
}

function moved(known: Signal<Place> | undefined, place: Place): Signal<Place> {
  if (!known) return signal(place)
  known.value = place
  return known
}
