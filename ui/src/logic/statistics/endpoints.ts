import { templateOf } from '#engines/http/template.ts'
import type { Group } from '#events/documents/groups.ts'
import { type Bin, percentile } from './percentile.ts'

/** Calls of one method, host and path template. Durations in ns, read of bins. */
export interface Endpoint {
  method: string
  host: string
  template: string
  /** Different paths that it stands for, the first of them. */
  paths: number
  example: string
  count: number
  errors: number
  bytes: number
  p50: number | undefined
  p90: number | undefined
  p99: number | undefined
}

/** Bins from 1 to 10 in which durations are counted: so close are percentiles, in parts of ten. */
export const PER_DECADE = 12

/** How the server groups what is folded here. */
export const ENDPOINTS = {
  by: `http.request.method,url.domain,url.path,event.duration:log${PER_DECADE}`,
  metrics: 'errors,bytes',
  sort: '-count',
  most: 20_000,
}

/** Folds groups of `ENDPOINTS` by the templates of their paths, the most called first. */
export function endpointsOf(groups: readonly Group[], rules: readonly string[]): Endpoint[] {
  const found = new Map<string, { endpoint: Endpoint; paths: Set<string>; bins: Map<number, number> }>()
  const templates = new Map<string, string>()
  for (const { key, count, errors = 0, bytes = 0 } of groups) {
    const [method, host, path] = key.map((part) => String(part ?? ''))
    if (path === '') continue
    let template = templates.get(path)
    if (template === undefined) {
      template = templateOf(path, rules)
      templates.set(path, template)
    }
    const name = `${method} ${host} ${template}`
    let known = found.get(name)
    if (known === undefined) {
      const none = { p50: undefined, p90: undefined, p99: undefined }
      const endpoint = { method, host, template, paths: 0, example: path, count: 0, errors: 0, bytes: 0, ...none }
      known = { endpoint, paths: new Set(), bins: new Map() }
      found.set(name, known)
    }
    const bin = Number(key[3])
    known.endpoint.count += count
    known.endpoint.errors += errors
    known.endpoint.bytes += bytes
    known.paths.add(path)
    known.bins.set(bin, (known.bins.get(bin) ?? 0) + count)
  }
  return [...found.values()]
    .map(({ endpoint, paths, bins }) => {
      const sorted: Bin[] = [...bins].sort(([a], [b]) => a - b).map(([from, count]) => ({ from, to: from * 10 ** (1 / PER_DECADE), count }))
      const [p50, p90, p99] = [0.5, 0.9, 0.99].map((share) => percentile(sorted, share))
      return { ...endpoint, paths: paths.size, p50, p90, p99 }
    })
    .sort((a, b) => b.count - a.count || (a.template < b.template ? -1 : 1))
}
