import { duration } from './format.ts'
import { header } from './headers.ts'

/** What caches may do with an answer, in words, each with where RFC 9111 or 9110 says so. */
export interface Caching {
  /** In one line. */
  verdict: string
  reasons: string[]
}

export interface Answered {
  method: string
  status: number
  request: string[][]
  response: string[][]
}

type Directives = Map<string, string | undefined>

/** Status codes whose answers a cache may keep without being told how long (RFC 9110, section 15.1). */
const HEURISTIC = new Set([200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501])

/** Explains `cache-control`, `age`, `expires`, `etag`, `vary` and their like (RFC 9111). */
export function caching({ method, status, request, response }: Answered): Caching {
  const control = directives(header(response, 'cache-control'))
  const asked = directives(header(request, 'cache-control') ?? (header(request, 'pragma') === 'no-cache' ? 'no-cache' : undefined))
  const reasons = [...validation(status, request, response), ...varies(response), ...wished(asked)]
  const barred = bar(method, status, control, asked, request, response)
  if (barred) return { verdict: 'No cache may keep it', reasons: [barred, ...reasons] }
  const life = lifetime(control, response)
  const age = Number(header(response, 'age') ?? '')
  const details = [
    ...(control.has('private') ? ['private: only the cache of the browser may keep it (RFC 9111, 5.2.2.7)'] : []),
    ...(life ? [life.why] : []),
    ...(header(response, 'age') !== undefined && Number.isInteger(age)
      ? [`age: ${inWords(age)} it lay in a shared cache already (RFC 9111, 5.1)`]
      : []),
    ...(control.has('immutable') ? ['immutable: not asked for again while fresh, even on reload (RFC 8246)'] : []),
    ...stale(control),
    ...reasons,
  ]
  if (control.has('no-cache'))
    return {
      verdict: 'Kept, but the server is asked each time',
      reasons: ['no-cache: must be validated before each use (RFC 9111, 5.2.2.4)', ...details],
    }
  if (!life) {
    const guessed = HEURISTIC.has(status) || control.has('public')
    if (!guessed)
      return { verdict: 'Not kept', reasons: [`nothing says how long, and ${status} is not kept without (RFC 9111, 3)`, ...details] }
    const modified = header(response, 'last-modified')
    return {
      verdict: 'Kept as long as a cache thinks fit',
      reasons: [
        `nothing says how long: caches guess, ${modified ? 'often a tenth of the time since last-modified' : 'and most then ask again'} (RFC 9111, 4.2.2)`,
        ...details,
      ],
    }
  }
  const left = life.seconds - (Number.isInteger(age) ? age : 0)
  return {
    verdict: left > 0 ? `Fresh for ${inWords(left)}` : 'Stale at once: the server is asked before it is used again',
    reasons: details,
  }
}

function bar(
  method: string,
  status: number,
  control: Directives,
  asked: Directives,
  request: string[][],
  response: string[][],
): string | undefined {
  if (control.has('no-store')) return 'no-store: no cache may keep it (RFC 9111, 5.2.2.5)'
  if (asked.has('no-store')) return 'the client asked so with no-store (RFC 9111, 5.2.1.5)'
  if (!['GET', 'HEAD', 'POST'].includes(method)) return `answers to ${method} are not kept (RFC 9111, 3)`
  if (method === 'POST' && !control.has('max-age') && header(response, 'expires') === undefined)
    return 'answers to POST are only kept when told how long (RFC 9110, 9.3.3)'
  if (status < 200) return `${status} is not a final answer (RFC 9111, 3)`
  if (header(response, 'vary')?.trim() === '*') return 'vary: * never fits another request (RFC 9111, 4.1)'
  const shared = ['public', 's-maxage', 'must-revalidate', 'private'].some((name) => control.has(name))
  if (header(request, 'authorization') !== undefined && !shared)
    return 'the request had authorization: shared caches need public, s-maxage or must-revalidate to keep it; a browser may (RFC 9111, 3.5)'
  return undefined
}

/** How long it is fresh, from the generation on (RFC 9111, section 4.2.1). */
function lifetime(control: Directives, response: string[][]): { seconds: number; why: string } | undefined {
  const [shared, age] = [seconds(control.get('s-maxage')), seconds(control.get('max-age'))]
  if (age !== undefined)
    return {
      seconds: age,
      why: `max-age: fresh for ${inWords(age)} (RFC 9111, 5.2.2.1)${shared === undefined ? '' : `; shared caches: ${inWords(shared)} (s-maxage, 5.2.2.10)`}`,
    }
  if (shared !== undefined) return { seconds: shared, why: `s-maxage: fresh for ${inWords(shared)} in shared caches (RFC 9111, 5.2.2.10)` }
  const expires = header(response, 'expires')
  if (expires === undefined) return undefined
  const [end, date] = [httpDate(expires), httpDate(header(response, 'date') ?? '')]
  if (Number.isNaN(end)) return { seconds: 0, why: `expires: ${expires} is no date, which means: expired already (RFC 9111, 5.3)` }
  if (Number.isNaN(date)) return { seconds: 0, why: `expires: until ${expires} (RFC 9111, 5.3), but the answer has no date` }
  const life = Math.max(0, Math.round((end - date) / 1000))
  return {
    seconds: life,
    why: life > 0 ? `expires: ${inWords(life)} after date (RFC 9111, 5.3)` : 'expires is not after date: stale at once (RFC 9111, 5.3)',
  }
}

const stale = (control: Directives): string[] => [
  ...(control.has('must-revalidate') ? ['must-revalidate: never used once stale, even when the server is away (RFC 9111, 5.2.2.2)'] : []),
  ...(control.has('proxy-revalidate') ? ['proxy-revalidate: shared caches never use it once stale (RFC 9111, 5.2.2.8)'] : []),
  ...(seconds(control.get('stale-while-revalidate')) === undefined
    ? []
    : [
        `stale-while-revalidate: used for ${inWords(seconds(control.get('stale-while-revalidate'))!)} more while it is asked for anew (RFC 5861, 3)`,
      ]),
  ...(seconds(control.get('stale-if-error')) === undefined
    ? []
    : [`stale-if-error: used for ${inWords(seconds(control.get('stale-if-error'))!)} more when the server fails (RFC 5861, 4)`]),
]

function validation(status: number, request: string[][], response: string[][]): string[] {
  const out: string[] = []
  const asked = ['if-none-match', 'if-modified-since'].filter((name) => header(request, name) !== undefined)
  if (status === 304) out.push('304: what the client has is still right; only the head was sent (RFC 9110, 15.4.5)')
  else if (asked.length > 0 && status === 200) out.push(`the client asked with ${asked.join(' and ')} whether it changed: it did`)
  const tag = header(response, 'etag')
  if (tag !== undefined)
    out.push(
      `etag: can be validated with if-none-match${tag.startsWith('W/') ? '; weak: alike, not equal byte by byte' : ''} (RFC 9110, 8.8.3)`,
    )
  else if (header(response, 'last-modified') !== undefined)
    out.push('last-modified: can be validated with if-modified-since, to the second (RFC 9110, 8.8.2)')
  return out
}

function varies(response: string[][]): string[] {
  const names = header(response, 'vary')?.trim()
  return names && names !== '*' ? [`vary: kept apart for each value of ${names} in the request (RFC 9111, 4.1)`] : []
}

const wished = (asked: Directives): string[] => [
  ...(asked.has('no-cache') ? ['the client wanted no answer out of a cache without validation (RFC 9111, 5.2.1.4)'] : []),
  ...(asked.get('max-age') === '0' ? ['the client wanted it validated: max-age=0, as on reload (RFC 9111, 5.2.1.1)'] : []),
  ...(asked.has('only-if-cached') ? ['the client wanted it out of a cache or not at all (RFC 9111, 5.2.1.7)'] : []),
]

/** Directives by name, in lower case; the first of a name counts. */
function directives(text: string | undefined): Directives {
  const out: Directives = new Map()
  for (const [, name, quoted, token] of (text ?? '').matchAll(/([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,"]+)))?/g))
    if (!out.has(name.toLowerCase())) out.set(name.toLowerCase(), quoted ?? token)
  return out
}

/** NaN for what is no date of HTTP (RFC 9110, section 5.6.7), which always names its month. */
const httpDate = (text: string): number => (/[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN)

const seconds = (text: string | undefined): number | undefined => (text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : undefined)
const inWords = (value: number): string => (value === 0 ? '0 s' : duration(value * 1_000_000).replace(/\.0+ /, ' '))
