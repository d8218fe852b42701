import { useMemo, useRef, useState } from 'preact/hooks'
import { above, foldable, type JsonNode, type JsonTree, pathOf, readJson, search, textOf, visible } from '../../logic/body/json-tree.ts'
import { count, plural } from '../../logic/format.ts'
import { CopyButton } from '../../widgets/CopyButton.tsx'
import { useVirtual } from '../../widgets/virtual.ts'

const ROW = 20
const LONGEST = 600
/** Larger documents open with what lies deep folded. */
const MANY = 2000
const DEEPEST_INDENT = 40

/** JSON as a tree: folded and unfolded, searched, with the path of each value. */
export function JsonTreeView({ text, label }: { text: string; label: string }) {
  const tree = useMemo(() => readJson(text), [text])
  const [folded, setFolded] = useState<ReadonlySet<number>>(() => foldable(tree, tree.nodes.length > MANY ? 2 : Number.POSITIVE_INFINITY))
  const [current, setCurrent] = useState(0)
  const [wanted, setWanted] = useState('')
  const found = useMemo(() => search(tree, wanted), [tree, wanted])
  const rows = useMemo(() => visible(tree, folded), [tree, folded])
  const scroller = useRef<HTMLElement>(null)
  const list = useVirtual(scroller, rows.length, ROW)

  /** Unfolds what is above a node, and brings it into sight. */
  const show = (index: number) => {
    const open = new Set(folded)
    for (const parent of above(tree, index)) open.delete(parent)
    setFolded(open)
    setCurrent(index)
    const row = visible(tree, open).indexOf(index)
    requestAnimationFrame(() => list.scrollToIndex(row, { align: 'auto' }))
  }
  const fold = (index: number, on: boolean) => {
    const next = new Set(folded)
    if (on) next.add(index)
    else next.delete(index)
    setFolded(next)
  }
  const step = (by: number) => {
    const place = found.indexOf(current)
    if (found.length > 0) show(found[(place < 0 ? (by > 0 ? 0 : found.length - 1) : place + by + found.length) % found.length])
  }
  /** The arrow of a row folds it, and so does a second click. */
  const click = (event: MouseEvent) => {
    const element = event.target as HTMLElement
    const given = element.closest<HTMLElement>('[data-node]')?.dataset.node
    if (given === undefined) return
    const at = Number(given)
    if (tree.nodes[at].size > 0 && (at === current || element.classList.contains('json-fold'))) fold(at, !folded.has(at))
    setCurrent(at)
  }
  const keys = (event: KeyboardEvent) => {
    const row = rows.indexOf(current)
    const node = tree.nodes[current]
    if (event.key === 'ArrowDown') show(rows[Math.min(row + 1, rows.length - 1)])
    else if (event.key === 'ArrowUp') show(rows[Math.max(row - 1, 0)])
    else if (event.key === 'Home') show(0)
    else if (event.key === 'End') show(rows.at(-1)!)
    else if (event.key === 'ArrowRight')
      node.size > 0 && folded.has(current) ? fold(current, false) : show(rows[Math.min(row + 1, rows.length - 1)])
    else if (event.key === 'ArrowLeft') node.size > 0 && !folded.has(current) ? fold(current, true) : show(Math.max(node.parent, 0))
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  if (tree.nodes.length === 0)
    return <p class="soft padded">{tree.stopped ? `This is not JSON: ${tree.stopped.why}.` : 'Nothing but spaces.'}</p>
  const hits = new Set(found)
  return (
    <div class="json">
      <div class="json-bar">
        <input
          type="search"
          placeholder="Search names and values, or $.path"
          aria-label="Search in the JSON"
          value={wanted}
          onInput={({ currentTarget }) => {
            setWanted(currentTarget.value)
            const [first] = search(tree, currentTarget.value)
            if (first !== undefined) show(first)
          }}
          onKeyDown={(event) => event.key === 'Enter' && step(event.shiftKey ? -1 : 1)}
        />
        <output class="soft">{wanted && plural(found.length, 'hit')}</output>
        <button type="button" class="quiet" onClick={() => setFolded(foldable(tree, 1))}>
          Fold all
        </button>
        <button type="button" class="quiet" onClick={() => setFolded(new Set())}>
          Unfold all
        </button>
      </div>
      <div class="json-bar json-path">
        <code>{pathOf(tree, current)}</code>
        <CopyButton text={() => pathOf(tree, current)} label="Copy the path">
          Copy path
        </CopyButton>
        <CopyButton text={() => textOf(tree, tree.nodes[current])} label="Copy the value">
          Copy value
        </CopyButton>
      </div>
      <section class="json-scroll" ref={scroller} aria-label={label}>
        <div
          class="json-rows"
          role="tree"
          tabIndex={0}
          aria-label={label}
          aria-activedescendant={`json-${current}`}
          style={{ height: `${list.getTotalSize()}px` }}
          onKeyDown={keys}
          onClick={click}
        >
          {list.getVirtualItems().map(({ index, start }) => {
            const at = rows[index]
            const node = tree.nodes[at]
            return (
              <div
                key={at}
                id={`json-${at}`}
                role="treeitem"
                tabIndex={-1}
                aria-level={node.depth + 1}
                aria-selected={at === current}
                aria-expanded={node.size > 0 ? !folded.has(at) : undefined}
                class={`json-row ${hits.has(at) ? 'hit' : ''}`}
                style={{ transform: `translateY(${start}px)`, paddingLeft: `${10 + Math.min(node.depth, DEEPEST_INDENT) * 14}px` }}
                data-node={at}
              >
                <Row tree={tree} node={node} folded={folded.has(at)} />
              </div>
            )
          })}
        </div>
      </section>
      {tree.stopped && (
        <p class="soft padded">
          Read up to character {count(tree.stopped.at)} of {count(text.length)}: {tree.stopped.why}.
        </p>
      )}
    </div>
  )
}

const BRACKETS = { object: '{}', array: '[]' } as const

function Row({ tree, node, folded }: { tree: JsonTree; node: JsonNode; folded: boolean }) {
  const name = node.parent < 0 && node.key === 0 && tree.nodes[0].next === tree.nodes.length ? undefined : node.key
  const holds = node.kind === 'object' || node.kind === 'array'
  return (
    <>
      <span class="json-fold" aria-hidden="true">
        {node.size > 0 ? (folded ? '▸' : '▾') : ''}
      </span>
      {name !== undefined && <span class={typeof name === 'number' ? 'soft' : 'json-name'}>{name}: </span>}
      {holds ? (
        <span class="soft">
          {BRACKETS[node.kind as 'object'][0]}
          {node.size > 0 && (folded ? '…' : '')}
          {(folded || node.size === 0) && BRACKETS[node.kind as 'object'][1]}
          {node.size > 0 && ` ${plural(node.size, node.kind === 'object' ? 'member' : 'element')}`}
        </span>
      ) : (
        <span class={`json-${node.kind}`}>
          {tree.text.slice(node.from, Math.min(node.to, node.from + LONGEST))}
          {node.to - node.from > LONGEST ? '…' : ''}
        </span>
      )}
    </>
  )
}
