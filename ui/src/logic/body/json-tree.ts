/**
 * JSON as a list of nodes in the order of the text, each with where it ends: what is shown of a tree is a walk that steps over what is folded.
 * Values stay places in the text, so that numbers keep all their digits and keys that come twice are there twice.
 * Documents in a row (NDJSON, JSON text sequences) are several roots; what is cut or wrong is shown as far as it goes.
 */
export interface JsonNode {
  kind: 'object' | 'array' | 'string' | 'number' | 'word'
  /** Of a member its name, of an element or a root its position. */
  key: string | number
  /** In the text. */
  from: number
  to: number
  depth: number
  /** Index of the node that holds it, -1 for a root. */
  parent: number
  /** Index behind its last descendant. */
  next: number
  size: number
}

export interface JsonTree {
  text: string
  nodes: JsonNode[]
  /** Where reading ended, and why, when that was not at the end. */
  stopped: { at: number; why: string } | undefined
}

const MOST_NODES = 300_000
/** Below are the white space of JSON and the separator of JSON text sequences (RFC 7464). */
const SPACE = 0x20
const WORD = /[^\s"{}[\],:]+|./suy

/** Reads a text. Never throws, and needs no stack for what is nested. */
export function readJson(text: string): JsonTree {
  const nodes: JsonNode[] = []
  const open: number[] = []
  let at = 0
  let roots = 0
  let name: string | undefined
  const stop = (why: string): JsonTree => {
    for (const index of open) close(nodes, index, at)
    return { text, nodes, stopped: { at, why } }
  }
  const add = (kind: JsonNode['kind'], from: number): JsonNode => {
    const parent = open.at(-1) ?? -1
    const key = name ?? (parent < 0 ? roots++ : nodes[parent].size)
    if (parent >= 0) nodes[parent].size++
    const node: JsonNode = { kind, key, from, to: at, depth: open.length, parent, next: nodes.length + 1, size: 0 }
    nodes.push(node)
    name = undefined
    return node
  }
  for (;;) {
    while (text.charCodeAt(at) <= SPACE || text[at] === '\ufeff') at++
    if (at >= text.length) return open.length > 0 || name !== undefined ? stop('it is cut here') : { text, nodes, stopped: undefined }
    if (nodes.length >= MOST_NODES) return stop('there is more than is shown')
    const char = text[at]
    const inside = open.length > 0 ? nodes[open.at(-1)!] : undefined
    if (char === '{' || char === '[') {
      if (inside?.kind === 'object' && name === undefined) return stop('a name was expected here')
      const from = at++
      add(char === '{' ? 'object' : 'array', from)
      open.push(nodes.length - 1)
    } else if (char === '}' || char === ']') {
      if (inside?.kind !== (char === '}' ? 'object' : 'array')) return stop(`a ${char} that nothing opened`)
      at++
      close(nodes, open.pop()!, at)
      name = undefined
    } else if (char === ',' || char === ':') {
      if (!inside) return stop(`a ${char} between documents`)
      at++
    } else if (char === '"') {
      const from = at
      at = stringEnd(text, at)
      const given = text.slice(from, at)
      if (inside?.kind === 'object' && name === undefined) name = decoded(given)
      else add('string', from)
    } else {
      if (inside?.kind === 'object' && name === undefined) return stop('a name was expected here')
      const from = at
      WORD.lastIndex = at
      const word = WORD.exec(text)![0]
      at += word.length
      const number = /^-?\d/.test(word)
      if (!number && !/^(true|false|null)$/.test(word)) {
        at = from
        return stop(`${word.slice(0, 20)} is no value`)
      }
      add(number ? 'number' : 'word', from)
    }
  }
}

function close(nodes: JsonNode[], index: number, at: number): void {
  nodes[index].next = nodes.length
  nodes[index].to = at
}

/** By hand: a pattern would keep a way back for each character of it. */
function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++
    else if (text[i] === '"') return i + 1
  }
  return text.length
}

/** A string as it is meant; one that is cut or wrong, as it stands. */
export function decoded(literal: string): string {
  try {
    return JSON.parse(literal) as string
  } catch {
    return literal.replace(/^"|"$/g, '')
  }
}

/** Where a node is, as a JSONPath (RFC 9535, section 2.3). Of several documents, the number stands in front. */
export function pathOf({ nodes }: JsonTree, index: number): string {
  let path = ''
  let at = index
  for (; nodes[at].parent >= 0; at = nodes[at].parent) {
    const { key } = nodes[at]
    path = (typeof key === 'number' ? `[${key}]` : /^[a-z_]\w*$/i.test(key) ? `.${key}` : `['${escaped(key)}']`) + path
  }
  return `$${path}`
}

const escaped = (key: string): string => JSON.stringify(key).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")

/** What a node says: of a string its meaning, else its text. */
export const textOf = ({ text }: JsonTree, { kind, from, to }: JsonNode): string =>
  kind === 'string' ? decoded(text.slice(from, to)) : text.slice(from, to)

/** Indices of the nodes that are shown, with these folded. */
export function visible({ nodes }: JsonTree, folded: ReadonlySet<number>): number[] {
  const out: number[] = []
  for (let i = 0; i < nodes.length; i = folded.has(i) ? nodes[i].next : i + 1) out.push(i)
  return out
}

/** Nodes that hold others and lie at this depth or deeper. */
export const foldable = ({ nodes }: JsonTree, depth: number): Set<number> => {
  const out = new Set<number>()
  nodes.forEach((node, i) => {
    if (node.depth >= depth && node.size > 0) out.add(i)
  })
  return out
}

/** The nodes above one. */
export function above({ nodes }: JsonTree, index: number): number[] {
  const out: number[] = []
  for (let at = nodes[index].parent; at >= 0; at = nodes[at].parent) out.push(at)
  return out
}

const MOST_FOUND = 10_000
/** Nobody types a longer path, and each is made anew. */
const DEEPEST_PATH = 100

/** Nodes whose name or own value holds a text, whatever the case; of one that begins with `$`, those whose path begins so. */
export function search(tree: JsonTree, wanted: string): number[] {
  const { nodes, text } = tree
  const out: number[] = []
  if (wanted === '') return out
  if (wanted.startsWith('$')) {
    for (let i = 0; i < nodes.length && out.length < MOST_FOUND; i++) {
      if (nodes[i].depth > DEEPEST_PATH) continue
      const path = pathOf(tree, i)
      if (path === wanted) return [i]
      if (path.startsWith(wanted)) out.push(i)
    }
    return out
  }
  const lower = wanted.toLowerCase()
  for (let i = 0; i < nodes.length && out.length < MOST_FOUND; i++) {
    const node = nodes[i]
    const own = node.kind !== 'object' && node.kind !== 'array'
    if (
      String(typeof node.key === 'string' ? node.key : '')
        .toLowerCase()
        .includes(lower)
    )
      out.push(i)
    else if (
      own &&
      (text.slice(node.from, node.to).toLowerCase().includes(lower) ||
        (node.kind === 'string' && textOf(tree, node).toLowerCase().includes(lower)))
    )
      out.push(i)
  }
  return out
}
