import { templateOf } from '#engines/http/template.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** Interactions of one pact. */
const MOST_INTERACTIONS = 200
const MOST_PACTS = 200
/** Headers that belong to what was agreed on. Those that tell who asks are left out: a pact is passed on. */
const AGREED = ['accept', 'content-type']

type Http = NonNullable<ExchangeDocument['http']>
type Side = 'request' | 'response'

/** A sample of what a consumer asks and a provider answers, of the Pact specification, version 3. */
interface Interaction {
  description: string
  request: { method: string; path: string; query?: Record<string, string[]>; headers?: Record<string, string>; body?: unknown }
  response: { status: number; headers?: Record<string, string>; body?: unknown; matchingRules?: unknown }
}

/** Who asks whom. */
export interface Pair {
  consumer: string
  provider: string
}

/** Gathers calls of HTTP by who asked whom: of calls that ask alike and are answered alike, the first that is added. */
export class Pacts {
  readonly #pacts = new Map<string, Pair & { samples: Map<string, ExchangeDocument> }>()
  readonly #rules: readonly string[]
  /** Kinds of calls, and pairs, beyond what one pact, or one answer, holds. */
  left = 0

  constructor(rules: readonly string[]) {
    this.#rules = rules
  }

  add({ consumer, provider }: Pair, call: ExchangeDocument): void {
    if (!call.http?.request || !call.http.response || !call.url?.path.startsWith('/')) return
    const name = JSON.stringify([consumer, provider])
    const pact = this.#pacts.get(name) ?? { consumer, provider, samples: new Map() }
    const kind = this.#kindOf(call)
    if (pact.samples.has(kind)) return
    if (pact.samples.size === MOST_INTERACTIONS || (!this.#pacts.has(name) && this.#pacts.size === MOST_PACTS)) {
      this.left++
      return
    }
    pact.samples.set(kind, call)
    this.#pacts.set(name, pact)
  }

  /** The pairs, by name, with how many interactions each has. */
  pairs(): (Pair & { interactions: number })[] {
    return [...this.#pacts.values()]
      .map(({ consumer, provider, samples }) => ({ consumer, provider, interactions: samples.size }))
      .sort((a, b) => (a.consumer + a.provider < b.consumer + b.provider ? -1 : 1))
  }

  /** The pact of a pair; undefined: none of its calls were added. `bodyOf` reads a body as text, where it is kept whole. */
  async document({ consumer, provider }: Pair, bodyOf: (call: ExchangeDocument, side: Side) => Promise<string | undefined>) {
    const pact = this.#pacts.get(JSON.stringify([consumer, provider]))
    if (!pact) return undefined
    const interactions: Interaction[] = []
    for (const [description, call] of [...pact.samples].sort(([a], [b]) => (a < b ? -1 : 1)))
      interactions.push(interactionOf(description, call, await bodyOf(call, 'request'), await bodyOf(call, 'response')))
    return {
      consumer: { name: consumer },
      provider: { name: provider },
      interactions,
      metadata: { pactSpecification: { version: '3.0.0' }, spider: { made: 'from captured calls: what was seen, not what is allowed' } },
    }
  }

  /** What makes calls alike, in words. */
  #kindOf({ http, url }: ExchangeDocument): string {
    const names = [...new Set(new URLSearchParams(url?.query ?? '').keys())].sort()
    const query = names.length > 0 ? ` with ${names.join(', ')}` : ''
    return `${http!.request!.method} ${templateOf(url!.path, this.#rules)}${query} is answered ${http!.response!.status_code}`
  }
}

function interactionOf(
  description: string,
  { http, url }: ExchangeDocument,
  asked: string | undefined,
  answered: string | undefined,
): Interaction {
  const { request, response } = http as Required<Http>
  const query = new URLSearchParams(url?.query ?? '')
  const [sent, got] = [contentOf(request, asked), contentOf(response, answered)]
  return {
    description,
    request: {
      method: request.method.toUpperCase(),
      path: url!.path,
      ...(query.size > 0 && { query: Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)])) }),
      ...headersOf(request),
      ...(sent !== undefined && { body: sent }),
    },
    response: {
      status: response.status_code,
      ...headersOf(response),
      ...(got !== undefined && { body: got }),
      // A sample of values: another answer of the same types is as good.
      ...(typeof got === 'object' && got !== null && { matchingRules: { body: { $: { combine: 'AND', matchers: [{ match: 'type' }] } } } }),
    },
  }
}

function headersOf({ headers }: Pick<Http['request'] & object, 'headers'>): { headers?: Record<string, string> } {
  const agreed = headers.filter(([name]) => AGREED.includes(name.toLowerCase()))
  if (agreed.length === 0) return {}
  return {
    headers: Object.fromEntries(agreed.map(([name, value]) => [name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), value])),
  }
}

/** JSON as its value, other text as it is. */
function contentOf({ mime_type = '', body }: Pick<Http['request'] & object, 'mime_type' | 'body'>, text: string | undefined): unknown {
  if (text === undefined || body.bytes === 0) return undefined
  if (!/^application\/([\w.-]+\+)?json$/.test(mime_type)) return /^text\/|xml$|x-www-form-urlencoded$/.test(mime_type) ? text : undefined
  try {
    return JSON.parse(text)
  } catch {
    return text // said to be JSON, and is not: the sample shows it
  }
}
