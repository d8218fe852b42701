import { hash } from 'node:crypto'
import { LAST_TIME } from './times.ts'

/** What the writer must know of a document, and its JSON. */
export interface Line {
  /** `_id` in Elasticsearch. */
  id: string
  /** ms since 1970, whole. */
  time: number
  json: string
}

/** How our own documents begin. */
const HEAD = /^\{"@timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)[.\d]*Z","event":\{"id":"([^"\\]+)"/

/**
 * Reads id and time from a document's JSON, and sees to it that its team is the caller's. Undefined when it is no document.
 * Ours say all three at known places, and are not parsed: that would cost as much as everything else that is done with them here.
 * A key stands in quotes that are not escaped, which no value can imitate; a name that comes twice is refused by Elasticsearch.
 */
export function readLine(json: string, team: string): Line | undefined {
  const head = HEAD.exec(json)
  if (head === null || !json.includes(`,"spider":{"team":${JSON.stringify(team)}`)) return readAny(json, team)
  const time = Date.parse(`${head[1]}Z`)
  return isKept(time) ? { id: idOf(team, head[2]), time, json } : undefined
}

/** Of one team and id always the same, however long they are and whatever is in them; 16 of the 32 bytes, which Elasticsearch keeps as such. */
export const idOf = (team: string, id: string): string => hash('sha256', `${team}\0${id}`, 'buffer').toString('base64url', 0, 16)

function readAny(json: string, team: string): Line | undefined {
  const document = parse(json)
  if (!isObject(document)) return undefined
  const { '@timestamp': at, event, spider = {} } = document
  if (typeof at !== 'string' || !isObject(event) || typeof event.id !== 'string' || !isObject(spider)) return undefined
  const time = Date.parse(at)
  if (!isKept(time)) return undefined
  return {
    id: idOf(team, event.id),
    time,
    json: spider.team === team ? json : JSON.stringify({ ...document, spider: { ...spider, team } }),
  }
}

const isKept = (time: number): boolean => time >= 0 && time < LAST_TIME

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Elasticsearch 9.1.0 to 9.1.4 keeps the backslash of `\"` and `\\` in the folded part of a field (its issue 134023). */
export const misreadsEscapes = (version: string): boolean => /^9\.1\.[0-4]$/.test(version)

/** The same JSON, with escapes that every version reads. */
export const withPlainEscapes = (json: string): string =>
  json.includes('\\') ? json.replace(/\\(["\\])/g, (_, character) => (character === '"' ? '\\u0022' : '\\u005c')) : json
