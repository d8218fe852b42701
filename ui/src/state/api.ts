import { learn } from './clock.ts'
import { found, lost } from './connection.ts'

/** What the server refused, in its words (RFC 9457). */
export class Problem extends Error {
  override name = 'Problem'
  readonly status: number
  constructor(status: number, detail: string) {
    super(detail)
    this.status = status
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

/** Reads a resource. Throws `Problem`, `Unreachable`, or the abort of `signal`. */
export async function read<T>(path: string, parameters: Parameters = {}, signal?: AbortSignal): Promise<T> {
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
  if (!response.ok) throw new Problem(response.status, await detailOf(response))
  return (await response.json()) as T
}

async function detailOf(response: Response): Promise<string> {
  const text = await response.text()
  return problemDetail(text) ?? `the server answers ${response.status} ${response.statusText}`.trim()
}

/** The `detail` (or `title`) of a problem document; undefined when the text is not one. */
export function problemDetail(text: string): string | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    const problem = JSON.parse(text) as { detail?: string; title?: string }
    return problem.detail ?? problem.title
  } catch {
    return undefined
  }
}

/** Hands what went wrong to `tell`, except what is said elsewhere (no server) or was meant (an abort). */
export function report(error: unknown, tell: (message: string) => void): void {
  if (error instanceof Problem) tell(error.message)
  else if (!(error instanceof Unreachable) && !(error instanceof DOMException && error.name === 'AbortError')) throw error
}
