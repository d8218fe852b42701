import type { Filter } from '#engines/query/ast.ts'
import { findField, isOrdered } from '#engines/query/fields.ts'
import { valueAt } from '#engines/query/value-at.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { atLeast, equals } from '../logic/refine.ts'

/** By what a cell of the grid can be filtered: the field behind a column, with the value a call has there. */
export function termOf(call: ExchangeDocument, column: string): Filter | undefined {
  const { client, server, url, http, event, spider, network } = call
  const given = <T extends string | number>(field: string, value: T | undefined): Filter | undefined =>
    value === undefined ? undefined : equals(field, value)
  switch (column) {
    case 'action':
      return event.action
        ? equals('event.action', event.action)
        : http?.request
          ? equals('http.request.method', http.request.method)
          : equals('network.protocol', network.protocol)
    case 'host':
      return given('url.domain', url?.domain)
    case 'what':
      return spider.summary === undefined ? given('url.path', url?.path) : equals('spider.summary', spider.summary)
    case 'status':
      if (!http && event.outcome) return equals('event.outcome', event.outcome)
      return http?.response
        ? equals('http.response.status_code', http.response.status_code)
        : { kind: 'not', of: { kind: 'exists', field: 'http.response.status_code' } }
    case 'duration':
      return atLeast('event.duration', event.duration)
    case 'size':
      return http?.response && atLeast('http.response.body.bytes', http.response.body.bytes)
    case 'client':
      return client.domain ? equals('client.domain', client.domain) : equals('client.ip', client.ip)
    case 'server':
      return server.domain ? equals('server.domain', server.domain) : equals('server.ip', server.ip)
    case 'capture':
      return equals('spider.status', spider.status)
    default:
      return termOfField(call, column)
  }
}

/** Of a field that is a column: at least the quantity, else the value; of several values the first. */
function termOfField(call: ExchangeDocument, name: string): Filter | undefined {
  const field = findField(name)
  const value = field && [valueAt(call, field.name)].flat()[0]
  if (typeof value === 'number') return field?.type === 'number' ? equals(name, value) : atLeast(name, value)
  return typeof value === 'string' && field && !isOrdered(field.type) ? equals(name, value) : undefined
}
