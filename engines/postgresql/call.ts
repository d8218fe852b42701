import type { ExchangeStatus, HttpBody } from '../http/facts.ts'
import { bodyOfText } from '../protocols/body.ts'
import type { Call, Part, Value } from '../protocols/call.ts'
import type { Micros } from '../time.ts'
import { LIMITS } from './limits.ts'
import { type Analysis, analyse } from './sql.ts'
import type { Span, Unit } from './unit.ts'

/** What is known of the connection when a call is told. */
export interface Context {
  database: string | undefined
  user: string | undefined
  keepBody: number
}

const SYSTEM = { name: 'postgresql' }

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

export const callOf = (unit: Unit, status: ExchangeStatus, context: Context): Call => {
  const { kind, text, request, response, failure } = unit
  const shown = text === undefined ? undefined : shortened(text, LIMITS.text)
  const analysis = shown === undefined ? undefined : analyse(shown)
  const action = kind ?? analysis?.operation
  return {
    protocol: 'postgresql',
    position: request?.position ?? -(response?.position ?? 0) - 1,
    action,
    summary: summaryOf(unit, analysis, action),
    outcome: failure !== undefined ? 'failure' : status === 'pending' || response === undefined ? 'unknown' : 'success',
    request: partOf(request, requestBody(unit, context.keepBody), 'application/sql'),
    response: partOf(
      response,
      responseBody(unit, context.keepBody),
      unit.columns !== undefined ? 'application/x-ndjson' : mimeTypeOf(unit),
    ),
    status,
    missing: [...unit.missing],
    findings: [...unit.findings],
    error: undefined,
    fields: fieldsOf(unit, shown, analysis, action, context),
    messages: [...unit.messages],
  }
}

const summaryOf = (
  { kind, title, statement, portal }: Unit,
  analysis: Analysis | undefined,
  action: string | undefined,
): string | undefined => {
  const what = analysis === undefined ? title || (statement ?? portal ?? '') : analysis.line
  const line = kind === undefined ? what || action : `${kind} ${what}`.trim()
  return line === undefined ? undefined : shortened(line, LIMITS.summary)
}

const partOf = (span: Span | undefined, body: HttpBody | undefined, mimeType: string): Part | undefined =>
  span && { first: span.first as Micros, last: span.last as Micros, wireBytes: span.wireBytes, body, mimeType: body && mimeType }

const mimeTypeOf = ({ body, kind }: Unit): string => (kind !== undefined && body.startsWith('{') ? 'application/json' : 'text/plain')

/** The query's text, its parameters as comments, and what COPY brought. */
const requestBody = ({ text, textCut, parameters, data, dataBytes }: Unit, keepBody: number): HttpBody | undefined => {
  if (text === undefined && data === '') return undefined
  let list = ''
  for (const [i, value] of parameters?.entries() ?? [])
    list += `\n-- $${i + 1} = ${value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`}`
  const whole = `${text ?? ''}${list}${data === '' ? '' : `\n${data}`}`
  const cut = textCut || data.length < dataBytes
  return bodyOfText(whole, keepBody, cut, whole.length - data.length + dataBytes)
}

const responseBody = ({ body, bodyBytes, bodyCut }: Unit, keepBody: number): HttpBody | undefined =>
  body === '' ? undefined : bodyOfText(body, keepBody, bodyCut, bodyBytes)

const fieldsOf = (
  unit: Unit,
  text: string | undefined,
  analysis: Analysis | undefined,
  action: string | undefined,
  { database, user }: Context,
): Call['fields'] => {
  const { failure, rows, columns } = unit
  const db: { [name: string]: Value } = { system: SYSTEM }
  if (database !== undefined) db.namespace = database
  if (action !== undefined) db.operation = { name: action }
  if (text !== undefined) db.query = { text, summary: analysis!.summary }
  if (analysis?.collections.length === 1) db.collection = { name: shortened(analysis.collections[0], 255) }
  const response: { [name: string]: Value } = {}
  if (failure !== undefined) response.status_code = failure.code
  if (columns !== undefined || rows > 0) response.returned_rows = rows
  if (Object.keys(response).length > 0) db.response = response
  const fields: Call['fields'] = { db }
  if (user !== undefined) fields.user = { name: user }
  const own = ownFieldsOf(unit, analysis)
  if (Object.keys(own).length > 0) fields.spider = { db: own }
  return fields
}

/** What OpenTelemetry has no name for. */
const ownFieldsOf = (unit: Unit, analysis: Analysis | undefined): { [name: string]: Value } => {
  const own: { [name: string]: Value } = {}
  const { failure, parameters, statement, portal, tags, transaction, firstRow, request, notices } = unit
  if (failure !== undefined) {
    own.message = failure.message
    if (failure.detail !== undefined) own.detail = failure.detail
    if (failure.hint !== undefined) own.hint = failure.hint
  }
  if (analysis !== undefined) own.normalized = analysis.normalized
  if (parameters !== undefined && parameters.length > 0)
    own.parameters = parameters.map((value) => (value === null ? null : shortened(value, LIMITS.parameter)))
  if (statement !== undefined && statement !== '') own.statement = statement
  if (portal !== undefined && portal !== '') own.portal = portal
  if (tags.length > 0) own.command_tag = shortened(tags.join('; '), LIMITS.summary)
  const affected = affectedRows(tags)
  if (affected !== undefined) own.affected_rows = affected
  if (transaction !== undefined) own.transaction = transaction
  if (firstRow !== undefined && request !== undefined) own.first_row = Math.round((firstRow - request.first) * 1000)
  if (notices.length > 0) own.notices = [...notices]
  return own
}

/** Of a command tag that counts what was changed. */
const affectedRows = (tags: readonly string[]): number | undefined => {
  let sum: number | undefined
  for (const tag of tags) {
    const count = /^(?:INSERT \d+|UPDATE|DELETE|MERGE|COPY|MOVE) (\d{1,15})$/.exec(tag)?.[1]
    if (count !== undefined) sum = (sum ?? 0) + Number(count)
  }
  return sum
}
