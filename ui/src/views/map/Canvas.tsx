import { type Signal, useComputed, useSignal } from '@preact/signals'
import { useEffect, useMemo, useRef } from 'preact/hooks'
import { duration } from '../../logic/format.ts'
import type { Change, Kind } from '../../logic/map/compare.ts'
import { bends, nearest, radius, slowest, width } from '../../logic/map/draw.ts'
import { type Graph, NONE } from '../../logic/map/graph.ts'
import { frame } from '../../logic/map/layout.ts'
import { edit, edits } from './edits.ts'
import { LinkMark, NodeMark } from './Marks.tsx'
import type { Places } from './places.ts'
import { type Hovered, usePointer } from './pointer.ts'
import { Tip } from './Tip.tsx'
import { fitted, type Viewport, zoomed } from './viewport.ts'

/** What was clicked. */
export type Chosen = { node: string } | { link: string } | undefined

interface CanvasProps {
  graph: Graph
  places: Places
  chosen: Chosen
  onChoose(chosen: Chosen): void
  changes: readonly Change[] | undefined
}

/** Of marks, not of fields of a form. */
const GROUP = { role: 'group' } as const
const MOST_SLOW = 5
/** With more links than this, protocols no longer stand beside them. */
const MOST_LABELS = 40
/** So many links have room for all of their width. */
const UNCROWDED = 80
/** Farther than this nothing that is written can be read. */
const LEGIBLE = 0.45
const STEP = 10
const ARROWS: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/** The map as it is drawn: drag nodes and the plane, wheel to zoom, arrows to move among nodes. */
export function Canvas({ graph, places, chosen, onChoose, changes }: CanvasProps) {
  const svg = useRef<SVGSVGElement>(null)
  const viewport = useSignal<Viewport>({ x: 0, y: 0, k: 1 })
  const hovered = useSignal<Hovered>(undefined)
  const current = useSignal<string | undefined>(undefined)
  const transform = useComputed(() => `translate(${viewport.value.x} ${viewport.value.y}) scale(${viewport.value.k})`)
  const look = useComputed(() => (viewport.value.k < LEGIBLE ? 'far' : ''))
  const drawn = useDrawn(graph, places, changes)
  const showAll = useFit(svg, viewport, places)
  const pointer = usePointer({ svg, viewport, places, hovered, onChoose })
  const { names, notes } = edits.value
  const nameOf = (id: string) => names[id] ?? id
  const shown = graph.nodes.filter(({ id }) => places.has(id))
  const tabbed = shown.some(({ id }) => id === current.value) ? current.value : shown[0]?.id

  const keys = (event: KeyboardEvent) => {
    const id = (event.target as Element).closest('[data-node]')?.getAttribute('data-node')
    if (!id) return
    const direction = ARROWS[event.key]
    if (event.key === 'Enter' || event.key === ' ') onChoose({ node: id })
    else if (direction && event.shiftKey) {
      const { x, y } = places.get(id)!.peek()
      edit({ places: { ...edits.peek().places, [id]: { x: x + direction.x * STEP, y: y + direction.y * STEP } } })
    } else if (direction) {
      const next = nearest(new Map(shown.map((node) => [node.id, places.get(node.id)!.peek()])), id, direction)
      if (next) {
        current.value = next
        svg.current!.querySelector<SVGElement>(`[data-node="${CSS.escape(next)}"]`)?.focus()
      }
    } else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div class="map-canvas">
      <svg
        ref={svg}
        class={look}
        {...GROUP}
        aria-label={`Map of ${shown.length} nodes and ${graph.links.length} links`}
        onKeyDown={keys}
        {...pointer}
      >
        <g transform={transform}>
          {graph.links.map((link) => {
            const ends = [places.get(link.from), places.get(link.to)]
            if (!ends[0] || !ends[1]) return null
            const slow = drawn.slow.has(link.id)
            return (
              <LinkMark
                key={link.id}
                link={link}
                names={[nameOf(link.from), nameOf(link.to)]}
                ends={[ends[0], ends[1]]}
                radii={[drawn.radii.get(link.from)!, drawn.radii.get(link.to)!]}
                bend={drawn.bends.get(link.id)!}
                width={width(link.bytes, drawn.most) * drawn.thin}
                label={slow ? `${link.protocol} · ${duration(link.mean / 1000)}` : graph.links.length <= MOST_LABELS ? link.protocol : ''}
                slow={slow}
                chosen={chosen !== undefined && 'link' in chosen && chosen.link === link.id}
                change={drawn.changes.get(link.id)}
              />
            )
          })}
          {shown.map((node) => (
            <NodeMark
              key={node.id}
              node={node}
              name={nameOf(node.id)}
              place={places.get(node.id)!}
              r={drawn.radii.get(node.id)!}
              note={notes[node.id]}
              chosen={chosen !== undefined && 'node' in chosen && chosen.node === node.id}
              current={node.id === tabbed}
            />
          ))}
        </g>
      </svg>
      <fieldset class="map-zoom" aria-label="Zoom">
        <button type="button" class="icon" title="Nearer" aria-label="Nearer" onClick={() => zoomMiddle(svg, viewport, 1.3)}>
          +
        </button>
        <button type="button" class="icon" title="Farther" aria-label="Farther" onClick={() => zoomMiddle(svg, viewport, 1 / 1.3)}>
          −
        </button>
        <button type="button" class="icon" title="Show all" aria-label="Show all" onClick={showAll}>
          ⤢
        </button>
      </fieldset>
      <Tip hovered={hovered} graph={graph} nameOf={nameOf} />
    </div>
  )
}

function zoomMiddle(svg: { current: SVGSVGElement | null }, viewport: Signal<Viewport>, factor: number): void {
  const { width: wide, height } = svg.current!.getBoundingClientRect()
  viewport.value = zoomed(viewport.peek(), { x: wide / 2, y: height / 2 }, factor)
}

/** What of the drawing depends on all nodes and links. */
function useDrawn(graph: Graph, places: Places, changes: readonly Change[] | undefined) {
  return useMemo(() => {
    const heavy = (figures: { bytes: number }[]) => figures.reduce((most, { bytes }) => Math.max(most, bytes), 0)
    const traffic = new Map(graph.nodes.map(({ id, served, made }) => [id, served.bytes + made.bytes]))
    const most = heavy([...traffic.values()].map((bytes) => ({ bytes })))
    return {
      radii: new Map([...traffic].map(([id, bytes]) => [id, radius(bytes, most)])),
      bends: bends(graph.links),
      // Many links side by side would cover each other.
      thin: Math.min(1, Math.max(0.35, Math.sqrt(UNCROWDED / Math.max(graph.links.length, 1)))),
      slow: slowest(graph.links, Math.min(MOST_SLOW, Math.ceil(graph.links.length / 3))),
      most: heavy([...graph.links, NONE]),
      changes: new Map<string, Kind>((changes ?? []).toReversed().map(({ id, kind }) => [id, kind])),
    }
  }, [graph, places, changes])
}

/** Shows all of the map when it appears, and when its panel changes its size before somebody moved it. */
function useFit(svg: { current: SVGSVGElement | null }, viewport: Signal<Viewport>, places: Places): () => void {
  const fittedTo = useRef<Viewport | undefined>(undefined)
  const showAll = () => {
    // An observer may still tell of a map that has just been left.
    const { width: wide, height } = svg.current?.getBoundingClientRect() ?? { width: 0, height: 0 }
    if (wide === 0 || height === 0) return
    viewport.value = fitted(frame([...places.values()].map((place) => place.peek())), { width: wide, height })
    fittedTo.current = viewport.peek()
  }
  useEffect(() => {
    const again = () => {
      if (fittedTo.current === undefined || fittedTo.current === viewport.peek()) showAll()
    }
    const observer = new ResizeObserver(again)
    observer.observe(svg.current!)
    return () => observer.disconnect()
  }, [places])
  return showAll
}
