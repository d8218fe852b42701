/** What one node of the map stands for: an address as it was seen, its replicas, the service, or the namespace that it lies in. */
export const GROUPINGS = ['host', 'replicas', 'service', 'namespace'] as const
export type Grouping = (typeof GROUPINGS)[number]

/** A rule of an edited map: addresses that fit the pattern (`*` any characters, `?` one) make one node of that name. */
export interface Rule {
  pattern: string
  name: string
}

/** An address, not a name. */
export const isAddress = (text: string): boolean => /^[\d.]+$|:/.test(text)
/** The characters that Kubernetes makes suffixes of. */
const SUFFIX = '[bcdfghjklmnpqrstvwxz2456789]'
const REPLICAS = [
  // A pod of a deployment: name-replicaset-pod.
  new RegExp(`^(.+)-${SUFFIX}{6,10}-${SUFFIX}{5}$`),
  // A pod of a daemon set, or a job; at least one digit, since words have none.
  new RegExp(`^(.+)-(?=[a-z]*\\d)${SUFFIX}{5}$`),
  // A number at the end: of a stateful set, or of a machine.
  /^(.*[^\d-])-?\d+$/,
]

/** The name of which a label is a replica; undefined when it looks like none. */
const replicated = (label: string): string | undefined => {
  for (const pattern of REPLICAS) {
    const name = pattern.exec(label)?.[1]
    if (name !== undefined) return name
  }
  return undefined
}

/** Names of addresses: calls from before a name was known have the address alone. */
export type Names = ReadonlyMap<string, string>
export const NO_NAMES: Names = new Map()

/** The node that an address belongs to, by the name that it has now. Addresses without a name stand for themselves, unless a rule says otherwise. */
export function groupOf(seen: string, by: Grouping, rules: readonly Rule[] = [], names = NO_NAMES): string {
  const address = names.get(seen) ?? seen
  const ruled = rules.find(({ pattern }) => fits(seen, pattern) || fits(address, pattern))
  if (ruled) return ruled.name
  if (by === 'host' || isAddress(address)) return address
  const [label, ...domain] = address.split('.')
  if (by === 'namespace') return namespaceOf(address)
  const name = replicated(label)
  if (by === 'service') return name ?? label
  return name === undefined ? address : [`${name}-*`, ...domain].join('.')
}

/** Of `service.namespace.svc.cluster.local` and `pod.service.namespace.svc…` the namespace, else the domain without its first label. */
function namespaceOf(name: string): string {
  const labels = name.split('.')
  const svc = labels.findIndex((label) => label === 'svc' || label === 'pod')
  if (svc > 1) return labels[svc - 1]
  return labels.length > 2 ? labels.slice(1).join('.') : name
}

const patterns = new Map<string, RegExp>()

/** Does a name fit a pattern with `*` and `?`? Case does not count. */
export function fits(name: string, pattern: string): boolean {
  let known = patterns.get(pattern)
  if (!known) {
    if (patterns.size > 1000) patterns.clear()
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')
    known = new RegExp(`^${source}$`, 'i')
    patterns.set(pattern, known)
  }
  return known.test(name)
}
