/** One span of a trace, as a `traceparent` header tells it (W3C Trace Context, section 3.2). */
export interface Trace {
  id: string
  header: string
}

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')

export function newTrace(random: () => number): Trace {
  const id = hex(random, 32)
  return { id, header: `00-${id}-${hex(random, 16)}-01` }
}

/** The next span of the caller's trace; a new trace when the caller told none. */
export function childTrace(random: () => number, parent: string | undefined): Trace {
  const id = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(parent ?? '')?.[1]
  return id === undefined ? newTrace(random) : { id, header: `00-${id}-${hex(random, 16)}-01` }
}
