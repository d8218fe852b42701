import { useEffect, useRef, useState } from 'preact/hooks'
import type { Filter } from '#engines/query/ast.ts'
import { duration, plural } from '../../logic/format.ts'
import { toggled, withValue } from '../../logic/map/edits.ts'
import type { Graph, Link, Node } from '../../logic/map/graph.ts'
import { termOfLink, termOfNode } from '../../logic/map/terms.ts'
import { narrow, onlyErrors } from '../../state/filter.ts'
import type { Chosen } from './Canvas.tsx'
import { edit, edits } from './edits.ts'
import { NetworkUsage } from './NetworkUsage.tsx'
import { FigureList, Outcomes, Through } from './Tip.tsx'

interface PanelProps {
  graph: Graph
  chosen: NonNullable<Chosen>
  onChoose(chosen: Chosen): void
}

const nameOf = (id: string): string => edits.value.names[id] ?? id

/** What is known of the chosen node or link, and what can be done with it. */
export function ChosenPanel({ graph, chosen, onChoose }: PanelProps) {
  const box = useRef<HTMLElement>(null)
  const key = 'node' in chosen ? chosen.node : chosen.link
  useEffect(() => box.current?.querySelector('button')?.focus(), [key])
  const close = () => {
    onChoose(undefined)
    const mark = 'node' in chosen ? `[data-node="${CSS.escape(chosen.node)}"]` : '[data-node][tabindex="0"]'
    document.querySelector<SVGElement>(mark)?.focus()
  }
  const node = 'node' in chosen ? graph.nodes.find(({ id }) => id === chosen.node) : undefined
  const link = 'link' in chosen ? graph.links.find(({ id }) => id === chosen.link) : undefined
  if (!node && !link) return null
  return (
    <aside
      class="map-chosen"
      ref={box}
      aria-label={node ? nameOf(node.id) : 'The link'}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <header>
        <b>{node ? nameOf(node.id) : `${nameOf(link!.from)} → ${nameOf(link!.to)}`}</b>
        <button type="button" class="quiet icon" aria-label="Close" title="Close (Esc)" onClick={close}>
          ×
        </button>
      </header>
      {node ? <OfNode key={node.id} node={node} graph={graph} onChoose={onChoose} /> : <OfLink link={link!} graph={graph} />}
    </aside>
  )
}

function Actions({ term }: { term: Filter }) {
  return (
    <div class="map-actions">
      <button type="button" onClick={() => narrow(term)}>
        Filter
      </button>
      <button type="button" onClick={() => narrow(term, true)}>
        Exclude
      </button>
      <button type="button" onClick={() => onlyErrors(term)}>
        Only errors
      </button>
    </div>
  )
}

function OfLink({ link, graph }: { link: Link; graph: Graph }) {
  const of = (id: string) => graph.nodes.find((node) => node.id === id)!
  return (
    <>
      <Actions term={termOfLink(link, of(link.from), of(link.to))} />
      <FigureList title={link.protocol} figures={link} />
      <Outcomes flows={link.flows} />
      <NetworkUsage graph={graph} link={link} />
      {link.through && <Through names={link.through.map(nameOf)} />}
    </>
  )
}

const MOST_MEMBERS = 50

function OfNode({ node, graph, onChoose }: { node: Node; graph: Graph; onChoose(chosen: Chosen): void }) {
  const links = graph.links.filter(({ from, to }) => from === node.id || to === node.id)
  return (
    <>
      <Actions term={termOfNode(node)} />
      {nameOf(node.id) !== node.id && <p class="soft">{node.id}</p>}
      {node.served.count > 0 && <FigureList title="answered" figures={node.served} />}
      {node.made.count > 0 && <FigureList title="made" figures={node.made} />}
      {node.within > 0 && <p class="soft">{plural(node.within, 'call')} among its own addresses</p>}
      {node.members.length > 1 && (
        <details>
          <summary>{plural(node.members.length, 'address', 'addresses')}</summary>
          <ul class="map-addresses">
            {node.members.slice(0, MOST_MEMBERS).map((address) => (
              <li key={address}>{address}</li>
            ))}
            {node.members.length > MOST_MEMBERS && <li class="soft">and {node.members.length - MOST_MEMBERS} more</li>}
          </ul>
        </details>
      )}
      <details open>
        <summary>{plural(links.length, 'link')}</summary>
        <ul class="map-links">
          {links.map((link) => (
            <li key={link.id}>
              <button type="button" class="quiet" onClick={() => onChoose({ link: link.id })}>
                {link.from === node.id ? `→ ${nameOf(link.to)}` : `← ${nameOf(link.from)}`}
                <span class="soft">
                  {link.protocol} · {duration(link.mean / 1000)}
                </span>
              </button>
            </li>
          ))}
        </ul>
      </details>
      <Editing node={node} />
    </>
  )
}

/** The node as people want it: its name, a note, together with others, hidden, or passed over. */
function Editing({ node }: { node: Node }) {
  const { names, notes, hidden, gateways, rules } = edits.value
  const grouped = rules.find(({ name }) => name === node.id)
  return (
    <details>
      <summary>Edit</summary>
      <div class="map-editing">
        <Line
          label="Name"
          value={names[node.id] ?? ''}
          placeholder={node.id}
          onSet={(name) => edit({ names: withValue(names, node.id, name) })}
        />
        <Line
          label="Note"
          value={notes[node.id] ?? ''}
          placeholder="What others should know"
          onSet={(note) => edit({ notes: withValue(notes, node.id, note) })}
        />
        {grouped ? (
          <button type="button" onClick={() => edit({ rules: rules.filter((rule) => rule !== grouped) })}>
            Take the group apart ({grouped.pattern})
          </button>
        ) : (
          <Group node={node} />
        )}
        <button type="button" onClick={() => edit({ hidden: toggled(hidden, node.id) })}>
          Hide
        </button>
        <button
          type="button"
          title="Its callers are linked to whom it calls"
          onClick={() => edit({ gateways: toggled(gateways, node.id) })}
        >
          Pass over, as a gateway
        </button>
      </div>
    </details>
  )
}

/** Puts together all addresses that fit a pattern. */
function Group({ node }: { node: Node }) {
  const [pattern, setPattern] = useState('')
  const [name, setName] = useState('')
  return (
    <form
      class="map-group"
      onSubmit={(event) => {
        event.preventDefault()
        edit({ rules: [...edits.value.rules, { pattern: pattern.trim(), name: name.trim() }] })
        setPattern('')
        setName('')
      }}
    >
      <label>
        Group addresses like
        <input value={pattern} placeholder={`${node.members[0].slice(0, 4)}*`} onInput={(event) => setPattern(event.currentTarget.value)} />
      </label>
      <label>
        as
        <input value={name} placeholder="Name of the group" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button type="submit" disabled={pattern.trim() === '' || name.trim() === ''}>
        Group
      </button>
    </form>
  )
}

interface LineProps {
  label: string
  value: string
  placeholder: string
  onSet(value: string): void
}

/** A text that counts when it is left, or Enter is pressed. */
function Line({ label, value, placeholder, onSet }: LineProps) {
  return (
    <label>
      {label}
      <input
        value={value}
        placeholder={placeholder}
        maxLength={200}
        onChange={(event) => onSet(event.currentTarget.value.trim())}
        onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      />
    </label>
  )
}
