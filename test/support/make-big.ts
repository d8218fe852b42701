import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { lines } from './spider.ts'

const tool = fileURLToPath(new URL('../../../shared/corpus/make-big', import.meta.url))

/** Why captures cannot be made here; undefined when they can. */
export const cannotMakeBig: string | undefined = existsSync(tool) ? undefined : 'left out: ../shared/corpus is not there'

interface Body {
  length: number
  sha256: string
}

/** One exchange as it was made. `damaged`: some of its data are in no capture. */
export interface Truth {
  id: string
  client: string
  server: string
  method: string
  path: string
  status: number
  request_body: Body
  response_body: Body
  request_time: number
  damaged: boolean
}

export function makeBig(file: string, ...options: string[]): Truth[] {
  execFileSync('python3', [tool, file, ...options], { stdio: 'ignore' })
  return lines<Truth>(readFileSync(`${file}.jsonl`, 'utf8'))
}

/** What a truth and a document can both say, in one form. */
export interface Comparable {
  id: string
  client: string
  server: string
  method: string | undefined
  path: string | undefined
  status: number | undefined
  request: Body | undefined
  response: Body | undefined
}

export const fromTruth = ({ id, client, server, method, path, status, request_body, response_body }: Truth): Comparable => ({
  id,
  client,
  server,
  method,
  path,
  status,
  request: { length: request_body.length, sha256: request_body.sha256 },
  response: { length: response_body.length, sha256: response_body.sha256 },
})

export function fromDocument({ client, server, http, url }: ExchangeDocument): Comparable {
  const body = (message: { body: { bytes: number; sha256?: string } } | undefined) =>
    message && { length: message.body.bytes, sha256: message.body.sha256 ?? 'none' }
  const headers = [...(http?.request?.headers ?? []), ...(http?.response?.headers ?? [])]
  return {
    id: headers.find(([name]) => name.toLowerCase() === 'x-exchange')?.[1] ?? 'unknown',
    client: `${client.ip}:${client.port}`,
    server: `${server.ip}:${server.port}`,
    method: http?.request?.method,
    path: url?.original,
    status: http?.response?.status_code,
    request: body(http?.request),
    response: body(http?.response),
  }
}

export const byId = (list: Comparable[]): Comparable[] =>
  list.toSorted((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0))
