import type { Call } from './call.ts'

/** A call with those that it caused. */
export interface Nested {
  call: Call
  children: Nested[]
  /** Why it stands there: `trace` tells it; `time`: it lies within the other, made by whom the other asked; that may be chance. */
  by: 'trace' | 'time' | undefined
}

/**
 * Calls nested by what caused them, siblings in the order of their time. A call was caused by one that its client was answering all the while.
 * The trace id decides where both have one; else containment in time, the innermost, on the same connection as its siblings where several could be.
 */
export function nest(calls: readonly Call[]): Nested[] {
  const inOrder = calls.toSorted((a, b) => a.start - b.start || b.end - a.end || (a.id < b.id ? -1 : 1))
  const all = inOrder.map((call): Nested => ({ call, children: [], by: undefined }))
  const asked = Map.groupBy(all, ({ call }) => call.to)
  const place = new Map(all.map((nested, i) => [nested, i]))
  const roots: Nested[] = []
  for (const nested of all) {
    const parent = causeOf(nested, asked.get(nested.call.from) ?? [], (other) => place.get(other)! < place.get(nested)!)
    if (!parent) roots.push(nested)
    else {
      nested.by = nested.call.trace !== undefined && nested.call.trace === parent.call.trace ? 'trace' : 'time'
      parent.children.push(nested)
    }
  }
  return roots
}

function causeOf({ call }: Nested, candidates: readonly Nested[], before: (other: Nested) => boolean): Nested | undefined {
  const could = candidates.filter((other) => before(other) && contains(other.call, call) && !differ(other.call.trace, call.trace))
  const told = could.filter(({ call: { trace } }) => trace !== undefined && trace === call.trace)
  const among = told.length > 0 ? told : could
  const connected = among.filter(({ children }) => children.some((child) => child.call.session === call.session))
  return (connected.length > 0 ? connected : among).at(-1)
}

const contains = (outer: Call, inner: Call): boolean => outer.start <= inner.start && inner.end <= outer.end
const differ = (a: string | undefined, b: string | undefined): boolean => a !== undefined && b !== undefined && a !== b

/** Every call of some trees, parents first. */
export const flat = (trees: readonly Nested[]): Nested[] => trees.flatMap((tree) => [tree, ...flat(tree.children)])
