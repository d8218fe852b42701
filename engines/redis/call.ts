import type { ExchangeStatus, Missing } from '../http/facts.ts'
import { bodyOfText, bodyOfTexts } from '../protocols/body.ts'
import type { Call, Part, Value } from '../protocols/call.ts'
import type { Micros } from '../time.ts'
import type { Command } from './command.ts'
import { LIMITS } from './limits.ts'
import { isSecretReply, MASK } from './mask.ts'
import { shown } from './text.ts'

const JSON_TYPE = 'application/json'
const SYSTEM = { name: 'redis' }

/** What a server said: a reply, several for one command, or a message that nobody asked for. */
export interface Answered {
  position: number
  first: Micros
  last: Micros
  wireBytes: number
  /** JSON, and whether it is only the beginning. */
  text: string
  cut: boolean
  error: string | undefined
  attributes: string | undefined
  missing: Missing[]
}

/** What is known of the connection when a call is told. */
export interface Context {
  namespace: string | undefined
  user: string | undefined
  keepBody: number
}

const newCall = (position: number, status: ExchangeStatus): Call => ({
  protocol: 'redis',
  position,
  action: undefined,
  summary: undefined,
  outcome: 'unknown',
  request: undefined,
  response: undefined,
  status,
  missing: [],
  findings: [],
  error: undefined,
  fields: {},
  messages: [],
})

/** A command in one line, each argument at most `each` characters. */
const lineOf = (args: readonly string[], name: string | undefined, each: number, most: number): string => {
  let line = name ?? ''
  for (let i = name === undefined ? 0 : name.includes(' ') ? 2 : 1; i < args.length && line.length <= most; i++)
    line += (line === '' ? '' : ' ') + shown(args[i], each)
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

/** The call of a command, with its reply if it came. */
export const callOf = (command: Command, answered: Answered | undefined, status: ExchangeStatus, context: Context): Call => {
  const call = newCall(command.position, status)
  const { args, name, first, last, wireBytes } = command
  call.action = name
  call.missing = answered === undefined ? [...command.missing] : [...command.missing, ...answered.missing]
  call.findings = [...command.findings]
  const text = args.length === 0 ? undefined : lineOf(args, name, LIMITS.text, LIMITS.text)
  call.summary = text === undefined || text.length <= LIMITS.argument ? text : lineOf(args, name, LIMITS.argument, LIMITS.summary)
  const body = args.length === 0 ? undefined : bodyOfTexts(args, context.keepBody, command.cut, wireBytes)
  call.request = { first, last, wireBytes, body, mimeType: body && JSON_TYPE }
  if (answered !== undefined) respond(call, answered, name !== undefined && isSecretReply(name), context)
  call.fields = fieldsOf(name, text, answered, context)
  return call
}

/** The call of what a server said unasked, or of a reply to a command that was not seen. */
export const callOfAnswer = (answered: Answered, status: ExchangeStatus, context: Context, action?: string, summary?: string): Call => {
  const call = newCall(-answered.position - 1, status)
  call.action = action
  call.summary = summary === undefined || summary.length <= LIMITS.summary ? summary : `${summary.slice(0, LIMITS.summary - 1)}…`
  call.missing = [...answered.missing]
  respond(call, answered, false, context)
  call.fields = fieldsOf(action, undefined, answered, context)
  return call
}

const respond = (call: Call, answered: Answered, secret: boolean, { keepBody }: Context): void => {
  const { first, last, wireBytes, text, cut, error } = answered
  const shownText = secret ? JSON.stringify(MASK) : text
  const body = text === '' ? undefined : bodyOfText(shownText, keepBody, cut && !secret, wireBytes)
  call.response = { first, last, wireBytes, body, mimeType: body && JSON_TYPE } satisfies Part
  call.outcome = error === undefined ? 'success' : 'failure'
}

const fieldsOf = (
  name: string | undefined,
  text: string | undefined,
  answered: Answered | undefined,
  { namespace, user }: Context,
): Call['fields'] => {
  const db: { [name: string]: Value } = { system: SYSTEM }
  if (name !== undefined) db.operation = { name }
  if (text !== undefined) db.query = { text }
  if (namespace !== undefined) db.namespace = namespace
  const fields: Call['fields'] = { db }
  if (user !== undefined) fields.user = { name: user }
  const { error, attributes } = answered ?? NOTHING
  if (error !== undefined) db.response = { status_code: /^\S{1,64}/.exec(error)?.[0] ?? 'ERR' }
  if (error !== undefined || attributes !== undefined)
    fields.spider = { db: { ...(error !== undefined && { message: error }), ...(attributes !== undefined && { attributes }) } }
  return fields
}
const NOTHING: Partial<Answered> = {}
