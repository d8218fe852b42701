import { templateOf } from '#engines/http/template.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { emptyShape, look, type Shape, schemaOf } from './shape.ts'

/** What was seen of a body: how many messages had one, and the shape of those that are JSON. */
interface Content {
  count: number
  shape: Shape | undefined
}
interface Message {
  count: number
  description: string
  contents: Map<string, Content>
}
interface Operation {
  count: number
  query: Map<string, { count: number; shape: Shape }>
  request: Message
  responses: Map<string, Message>
}

/** Bodies of an operation's request, or of one of its answers, that are looked into. */
export const MOST_BODIES = 25
const MOST_PARAMETERS = 100
const MOST_SERVERS = 20
const METHODS = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'])

/** Gathers calls of HTTP, and tells them as an OpenAPI 3.1 document. */
export class Contract {
  readonly #rules: readonly string[]
  /** By path without the names of its parameters: OpenAPI takes two that differ in those alone for one. */
  readonly #paths = new Map<string, { template: string; operations: Map<string, Operation> }>()
  readonly #servers = new Set<string>()
  #calls = 0
  #bodies = 0
  #first = ''
  #last = ''

  constructor(rules: readonly string[]) {
    this.#rules = rules
  }

  /** Adds a call. Answers which of its bodies are wanted. */
  add(call: ExchangeDocument): ('request' | 'response')[] {
    const operation = this.#operationOf(call)
    if (!operation) return []
    const { http, url } = call
    this.#calls++
    const at = call['@timestamp']
    if (this.#first === '' || at < this.#first) this.#first = at
    if (at > this.#last) this.#last = at
    if (url?.domain && URL.canParse(url.full) && this.#servers.size < MOST_SERVERS) this.#servers.add(new URL('/', url.full).origin)
    operation.count++
    for (const [name, value] of new Map(new URLSearchParams(url?.query ?? ''))) {
      if (!operation.query.has(name) && operation.query.size === MOST_PARAMETERS) continue
      const known = operation.query.get(name) ?? { count: 0, shape: emptyShape() }
      known.count++
      look(known.shape, scalar(value))
      operation.query.set(name, known)
    }
    const wanted: ('request' | 'response')[] = []
    if (noted(operation.request, http!.request!)) wanted.push('request')
    if (http?.response) {
      const code = String(http.response.status_code)
      const answer = operation.responses.get(code) ?? message(http.response.reason || `Status ${code}`)
      operation.responses.set(code, answer)
      if (noted(answer, http.response)) wanted.push('response')
    }
    return wanted
  }

  /** Looks into a body that was wanted; one that is no JSON says nothing. */
  body(call: ExchangeDocument, side: 'request' | 'response', text: string): void {
    const operation = this.#operationOf(call)
    const part = call.http?.[side]
    const to = side === 'request' ? operation?.request : operation?.responses.get(String(call.http?.response?.status_code))
    const content = part && to?.contents.get(mediaType(part))
    if (!content) return
    const value = json(text)
    if (value === undefined) return
    content.shape ??= emptyShape()
    look(content.shape, value)
    this.#bodies++
  }

  document(): Record<string, unknown> {
    const paths = [...this.#paths.values()].sort((a, b) => (a.template < b.template ? -1 : 1))
    return {
      openapi: '3.1.0',
      info: {
        title: this.#servers.size === 1 ? new URL([...this.#servers][0]).host : 'Captured calls',
        version: this.#last.slice(0, 10) || '0',
        description:
          this.#calls === 0
            ? 'No call of HTTP was there to make it from.'
            : `Made by Spider from ${this.#calls} calls between ${this.#first} and ${this.#last}, and ${this.#bodies} of their bodies. It says what was seen, not what is allowed.`,
      },
      ...(this.#servers.size > 0 && { servers: [...this.#servers].sort().map((url) => ({ url })) }),
      paths: Object.fromEntries(
        paths.map(({ template, operations }) => {
          const { path, parameters } = named(template)
          return [
            path,
            {
              ...(parameters.length > 0 && { parameters }),
              ...Object.fromEntries([...operations].map(([method, operation]) => [method, told(operation)])),
            },
          ]
        }),
      ),
    }
  }

  #operationOf({ http, url }: ExchangeDocument): Operation | undefined {
    const method = http?.request?.method.toLowerCase()
    if (method === undefined || !METHODS.has(method) || !url?.path.startsWith('/')) return undefined
    // Braces mean parameters here: those of a path are written as octets.
    const template = templateOf(url.path.replace(/[{}]/g, encodeURIComponent), this.#rules)
    const key = template.replace(/\{[^{}]*\}/g, '{}')
    const path = this.#paths.get(key) ?? { template, operations: new Map<string, Operation>() }
    this.#paths.set(key, path)
    const operation = path.operations.get(method) ?? { count: 0, query: new Map(), request: message(''), responses: new Map() }
    path.operations.set(method, operation)
    return operation
  }
}

type Part = NonNullable<NonNullable<ExchangeDocument['http']>['response']>

const message = (description: string): Message => ({ count: 0, description, contents: new Map() })
const mediaType = ({ mime_type }: Pick<Part, 'mime_type'>): string =>
  (mime_type ?? '').split(';')[0].trim().toLowerCase() || 'application/octet-stream'
const isJson = (type: string): boolean => /^application\/([\w.-]+\+)?json$/.test(type)

/** Counts a message; true when its body is worth reading. */
function noted(to: Message, part: Pick<Part, 'mime_type' | 'body'>): boolean {
  to.count++
  if (part.body.bytes === 0) return false
  const type = mediaType(part)
  const content = to.contents.get(type) ?? { count: 0, shape: undefined }
  content.count++
  to.contents.set(type, content)
  return isJson(type) && !part.body.truncated && content.count <= MOST_BODIES
}

/** A value of a query string, as what it reads like. */
const scalar = (text: string): unknown =>
  /^-?\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : /^(true|false)$/.test(text) ? text === 'true' : text

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The path with a name of its own for each parameter. */
function named(template: string): { path: string; parameters: Record<string, unknown>[] } {
  const names: string[] = []
  const path = template.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    let own = name
    for (let i = 2; names.includes(own); i++) own = `${name}${i}`
    names.push(own)
    return `{${own}}`
  })
  return { path, parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })) }
}

function told({ count, query, request, responses }: Operation): Record<string, unknown> {
  const parameters = [...query].map(([name, seen]) => ({
    name,
    in: 'query',
    required: seen.count === count,
    schema: schemaOf(seen.shape),
  }))
  const bodies = [...request.contents.values()].reduce((sum, content) => sum + content.count, 0)
  const answers = [...responses].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    ...(parameters.length > 0 && { parameters }),
    ...(bodies > 0 && { requestBody: { required: bodies === count, content: contentOf(request) } }),
    responses:
      answers.length === 0
        ? { default: { description: 'No answer was seen' } }
        : Object.fromEntries(
            answers.map(([code, answer]) => [
              code,
              { description: answer.description, ...(answer.contents.size > 0 && { content: contentOf(answer) }) },
            ]),
          ),
  }
}

const contentOf = ({ contents }: Message): Record<string, unknown> =>
  Object.fromEntries([...contents].map(([type, { shape }]) => [type, shape ? { schema: schemaOf(shape) } : {}]))
