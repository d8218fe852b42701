import { type Field, fieldsOf, isOrdered, isSortable } from '#engines/query/fields.ts'
import { valueAt } from '#engines/query/value-at.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { bytes, count, duration } from '../../logic/format.ts'
import type { Column } from '../../widgets/columns.ts'

/** Fields of calls that can be columns, by name. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(fieldsOf('exchanges').map((field) => [field.name, field]))

/** Columns that go with a protocol. */
export const SETS: readonly { title: string; fields: readonly string[] }[] = [
  { title: 'HTTP', fields: ['http.version', 'http.response.mime_type', 'http.request.bytes', 'http.response.bytes', 'trace.id'] },
  { title: 'Databases', fields: ['db.system.name', 'db.query.summary', 'db.collection.name', 'db.response.returned_rows', 'user.name'] },
  { title: 'DNS', fields: ['dns.question.name', 'dns.question.type', 'dns.response_code', 'dns.resolved_ip'] },
  { title: 'TLS', fields: ['tls.client.server_name', 'tls.version', 'tls.cipher', 'tls.next_protocol', 'spider.tls.decryption'] },
  { title: 'gRPC', fields: ['rpc.service', 'rpc.method', 'rpc.grpc.status_code'] },
]

const UNITS: Partial<Record<Field['type'], (value: number) => string>> = { duration: (ns) => duration(ns / 1000), bytes, number: String }

function written({ type }: Field, value: unknown): string {
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'number' ? (UNITS[type] ?? count)(value) : String(value)
}

/** A column that shows a field. */
export function fieldColumn(field: Field): Column<ExchangeDocument> {
  const text = (call: ExchangeDocument) => written(field, valueAt(call, field.name))
  return {
    key: field.name,
    title: titleOf(field),
    width: field.type === 'text' ? 220 : isOrdered(field.type) ? 84 : 130,
    yields: 0,
    ...(isOrdered(field.type) && { align: 'end' as const }),
    ...(isSortable(field) && { sortBy: field.name }),
    cell: text,
    hint: text,
  }
}

/** What filters call it for short; else its name. */
export const titleOf = ({ name, aliases: [short] }: Field): string =>
  short === undefined ? name : `${short[0].toUpperCase()}${short.slice(1).replaceAll('_', ' ')}`
