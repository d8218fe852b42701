export type PortName = 'store' | 'state' | 'blobs'

const OF_ITSELF: Record<string, readonly PortName[]> = {
  ingest: ['state', 'blobs'],
  sessions: ['store', 'state', 'blobs'],
  parsing: ['state', 'blobs'],
  tls: ['store', 'state', 'blobs'],
  dedup: ['store', 'state'],
  hosts: ['store', 'state'],
  status: ['store'],
  usage: ['store', 'state'],
  license: ['state'],
  query: ['store', 'state', 'blobs'],
  'dead-letters': ['state', 'blobs'],
}

/** The ports that a function works with; `dedup` in the process of `parsing` brings its own. */
export function needsOf(name: string, chain: ReadonlySet<string>): readonly PortName[] {
  const own = OF_ITSELF[name] ?? []
  return name === 'parsing' && chain.has('dedup') ? ['store', ...own] : own
}
