import { computed, type Signal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { Kind } from '../../logic/map/compare.ts'
import { type Band, bands, curve, head, middle, path } from '../../logic/map/draw.ts'
import type { Place } from '../../logic/map/edits.ts'
import { errorShare, type Link, type Node } from '../../logic/map/graph.ts'
import { linkInWords, nodeInWords, outcomeOf, titleOf } from './words.ts'

/** SVG has no button of its own. */
const button = (pressed: boolean) => ({ role: 'button', 'aria-pressed': pressed }) as const
const LONGEST_NAME = 40
const short = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name)

interface NodeMarkProps {
  node: Node
  name: string
  place: Signal<Place>
  r: number
  note: string | undefined
  chosen: boolean
  /** Whether Tab leads to it. */
  current: boolean
}

/** A node: servers are full, who only calls is hollow; the redder, the more of its calls failed. */
export function NodeMark({ node, name, place, r, note, chosen, current }: NodeMarkProps) {
  const at = useMemo(() => computed(() => `translate(${place.value.x} ${place.value.y})`), [place])
  const server = node.served.count > 0
  // The eye has to see one failure in a hundred: redness grows with the root of the share.
  const red = Math.round(Math.sqrt(errorShare(server ? node.served : node.made)) * 100)
  return (
    <g
      class={`map-node ${server ? 'server' : 'client'} ${chosen ? 'chosen' : ''}`}
      transform={at}
      {...button(chosen)}
      tabindex={current ? 0 : -1}
      aria-label={nodeInWords(name, note, node)}
      data-node={node.id}
    >
      <circle r={r} style={{ '--red': `${red}%` }} />
      <text class="map-name" y={r + 13}>
        {short(titleOf(name, node))}
        {note && (
          <>
            {' '}
            <tspan class="map-note" x={0} dy={13}>
              {short(note)}
            </tspan>
          </>
        )}
      </text>
    </g>
  )
}

interface LinkMarkProps {
  link: Link
  names: [string, string]
  ends: [Signal<Place>, Signal<Place>]
  radii: [number, number]
  bend: number
  width: number
  /** What stands beside it; empty: nothing. */
  label: string
  slow: boolean
  chosen: boolean
  change: Kind | undefined
}

/** A link: as wide as its traffic, a band for each outcome, an arrow to who was asked. */
export function LinkMark({ link, names, ends, radii, bend, width, label, slow, chosen, change }: LinkMarkProps) {
  const [from, to] = ends
  const drawn = useMemo(() => {
    const at = (offset: number) => curve(from.value, to.value, radii, bend, offset)
    return {
      whole: computed(() => path(at(0))),
      head: computed(() => head(at(0), Math.max(5, width * 0.9))),
      x: computed(() => middle(at(0)).x),
      y: computed(() => middle(at(0)).y - width / 2 - 3),
      band: ({ offset }: Band) => computed(() => path(at(offset))),
    }
  }, [from, to, radii[0], radii[1], bend, width])
  const parts = useMemo(() => bands(link, width).map((band) => ({ ...band, d: drawn.band(band) })), [link, width, drawn])
  return (
    <g
      class={`map-link ${link.through ? 'through' : ''} ${chosen ? 'chosen' : ''} ${change ? `change-${change}` : ''}`}
      {...button(chosen)}
      tabindex={-1}
      aria-label={linkInWords(names[0], names[1], link, label)}
      data-link={link.id}
    >
      <path class="map-hit" d={drawn.whole} />
      {parts.map(({ flow, width: wide, d }) => (
        <path key={flow.outcome} class={`map-band outcome-${outcomeOf(flow.outcome).tone}`} d={d} stroke-width={wide} />
      ))}
      <path class={`map-head outcome-${outcomeOf(link.flows[0]?.outcome ?? 'none').tone}`} d={drawn.head} />
      {label && (
        <text class={`map-label ${slow ? 'slow' : ''}`} x={drawn.x} y={drawn.y}>
          {label}
        </text>
      )}
    </g>
  )
}
