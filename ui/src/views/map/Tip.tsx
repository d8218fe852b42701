import type { Signal } from '@preact/signals'
import { count } from '../../logic/format.ts'
import { type Figures, type Flow, type Graph, NONE } from '../../logic/map/graph.ts'
import { NetworkUsage } from './NetworkUsage.tsx'
import type { Hovered } from './pointer.ts'
import { figuresInWords, outcomeOf } from './words.ts'

interface TipProps {
  hovered: Signal<Hovered>
  graph: Graph
  nameOf(id: string): string
}

/** Figures of what the pointer is on. */
export function Tip({ hovered, graph, nameOf }: TipProps) {
  const on = hovered.value
  if (!on) return null
  const node = 'node' in on ? graph.nodes.find(({ id }) => id === on.node) : undefined
  const link = 'link' in on ? graph.links.find(({ id }) => id === on.link) : undefined
  return (
    <div class="map-tip" style={{ left: `${on.x + 14}px`, top: `${on.y + 14}px` }}>
      {node && (
        <>
          <b>{nameOf(node.id)}</b>
          {nameOf(node.id) !== node.id && <div class="soft">{node.id}</div>}
          {node.served.count > 0 && <FigureList title="answered" figures={node.served} />}
          {node.made.count > 0 && <FigureList title="made" figures={node.made} />}
        </>
      )}
      {link && (
        <>
          <b>
            {nameOf(link.from)} → {nameOf(link.to)}
          </b>
          <FigureList title={link.protocol} figures={link} />
          <Outcomes flows={link.flows} />
          <NetworkUsage graph={graph} link={link} />
          {link.through && <Through names={link.through.map(nameOf)} />}
        </>
      )}
    </div>
  )
}

export function FigureList({ title, figures }: { title: string; figures: Figures }) {
  return (
    <dl class="map-figures" aria-label={title}>
      {figuresInWords(figures ?? NONE).map(([name, value], i) => (
        <div key={name}>
          <dt>{i === 0 ? `${title}: ${name}` : name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

export function Outcomes({ flows }: { flows: readonly Flow[] }) {
  return (
    <ul class="map-outcomes">
      {flows.map(({ outcome, count: calls }) => (
        <li key={outcome}>
          <i class={`swatch swatch-${outcomeOf(outcome).tone}`} /> {outcomeOf(outcome).name} <b>{count(calls)}</b>
        </li>
      ))}
    </ul>
  )
}

export const Through = ({ names }: { names: readonly string[] }) => (
  <p class="soft">Through {names.join(', ')}: figures are shared among its callers in proportion to their calls.</p>
)
