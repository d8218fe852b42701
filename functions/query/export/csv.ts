import { valueAt } from '#engines/query/value-at.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** What a row has unless other fields are asked for. */
export const USUAL_COLUMNS = [
  '@timestamp',
  'network.protocol',
  'event.action',
  'http.request.method',
  'url.full',
  'spider.summary',
  'http.response.status_code',
  'event.outcome',
  'event.duration',
  'http.request.bytes',
  'http.response.bytes',
  'client.ip',
  'client.port',
  'client.domain',
  'server.ip',
  'server.port',
  'server.domain',
  'trace.id',
  'spider.status',
  'event.id',
] as const

/** A record of RFC 4180 with its line end. */
export const csvRecord = (values: readonly string[]): string => `${values.map(csvField).join(',')}\r\n`

/** The record of a call: a cell a field, empty where it has none; of several values the cell has all, with `; ` between. */
export const csvRow = (call: ExchangeDocument, fields: readonly string[]): string =>
  csvRecord(fields.map((name) => cell(valueAt(call, name))))

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

function cell(value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return harmless(value.map(String).join('; '))
  return typeof value === 'string' ? harmless(value) : String(value)
}

/** Spreadsheets run what begins like a formula, and calls are written by others: an apostrophe makes it text. */
const harmless = (text: string): string => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text)
