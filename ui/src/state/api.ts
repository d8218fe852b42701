import { Turns } from '../logic/turns.ts'
import { learn } from './clock.ts'
import { found, lost } from './connection.ts'

/** What the server refused, in its words (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  /** What of the request it is about, where the server says so. */
  readonly field: string | undefined
  constructor(status: number, detail: string, field?: string) {
    super(detail)
    this.status = status
    this.field = field
  }
}

/** The server did not answer. The page says so in one place; who asked has nothing to add. */
export class Unreachable extends Error {
  override name = 'Unreachable'
}

export type Parameters = Record<string, string | number | undefined>

/** The address of an API resource with its query. Empty parameters are left out. */
export function url(path: string, parameters: Parameters = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined && value !== '') search.set(name, String(value))
  const query = search.toString()
  return `/api/v1${path}${query && `?${query}`}`
}

/** Figures and what they are computed from are shown after the calls and the bars: one at a time, since the store takes all its threads for each, and keeps one connection for bars. */
const LATER = /^\/(aggregate|quality|usage)\b/
const MOST_LATER = 1
/** ms */
const PATIENCE = 3000
const turns = new Turns(MOST_LATER, PATIENCE)

/** Reads a resource. Throws `Problem`, `Unreachable`, or the abort of `signal`. */
export const read = <T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> => {
  const asked = () => ask<T>(path, parameters, signal)
  return LATER.test(path) ? turns.behind(asked, signal) : turns.ahead(asked)
}

async function ask<T>(path: string, parameters: Parameters, signal: AbortSignal | undefined): Promise<T> {
  let response: Response
  try {
    response = await fetch(url(path, parameters), { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (signal?.aborted) throw error
    lost()
    throw new Unreachable('the server does not answer', { cause: error })
  }
  if (response.status >= 502 && response.status <= 504) {
    lost()
    throw new Unreachable(`the server answers ${response.status}`)
  }
  found()
  learn(response.headers.get('date'))
  if (!response.ok) throw problemOf(response, await response.text())
  return (await response.json()) as T
}

/** What the server says in a problem document, or that it refused. */
export function problemOf({ status, statusText }: Pick<Response, 'status' | 'statusText'>, text: string): Problem {
  const { detail, title, field } = documentOf(text)
  return new Problem(status, detail ?? title ?? `the server answers ${status} ${statusText}`.trim(), field)
}

function documentOf(text: string): { detail?: string; title?: string; field?: string } {
  if (!text.startsWith('{')) return {}
  try {
    return JSON.parse(text) as { detail?: string; title?: string; field?: string }
  } catch {
    return {} // a proxy's words, not the server's
  }
}

/** Hands what went wrong to `tell`, except what is said elsewhere (no server) or was meant (an abort). */
export function report(error: unknown, tell: (message: string, field?: string) => void): void {
  if (error instanceof Problem) tell(error.message, error.field)
  else if (!(error instanceof Unreachable) && !(error instanceof DOMException && error.name === 'AbortError')) throw error
}
