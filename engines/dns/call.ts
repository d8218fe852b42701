import type { Missing } from '../http/facts.ts'
import { type Call, copyOfCall, type Part, type Value } from '../protocols/call.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { actionOf, fieldsOf, summaryOf } from './fields.ts'
import { HEADER, type Message, responseCodeOf } from './message.ts'

/** A message, and where it lay. */
export interface Arrived {
  message: Message
  side: Side
  /** Of its first byte in its side's stream. */
  offset: number
  wireBytes: number
  first: Micros
  last: Micros
  missing: Missing[]
  findings: string[]
}

const TRUNCATED = 0x0200

/** A call that this message begins: the question, or an answer alone. */
export const newCall = ({ message, side, offset }: Arrived): Call => ({
  protocol: 'dns',
  position: side === CLIENT ? offset : -offset - 1,
  action: message.length < HEADER ? undefined : actionOf(message),
  summary: message.length < HEADER ? undefined : summaryOf(message),
  outcome: 'unknown',
  request: undefined,
  response: undefined,
  status: 'pending',
  missing: [],
  findings: [],
  error: undefined,
  fields: {},
  messages: [],
})

export const partOf = ({ first, last, wireBytes }: Arrived): Part => ({ first, last, wireBytes, body: undefined, mimeType: undefined })

/** Adds the fields of a message to those of the one before. */
export const addFields = (call: Call, message: Message): void => {
  const told = fieldsOf(message)
  call.fields.dns = call.fields.dns === undefined ? told.dns : { ...(call.fields.dns as object), ...told.dns }
  if (told.more !== undefined) Object.assign(more(call), told.more)
}

/** Adds what a message says but for its fields. */
export const addMessage = (call: Call, { message, missing, findings, offset, last }: Arrived, direction: 'request' | 'response'): void => {
  if (message.length >= HEADER) {
    if (direction === 'response') call.outcome = responseCodeOf(message) === 0 ? 'success' : 'failure'
  }
  call.missing.push(...missing)
  for (const finding of findings) note(call, finding)
  if ((message.flags & TRUNCATED) !== 0) note(call, 'truncated')
  if (message.leftOut > 0) note(call, 'records-left-out')
  if (message.error === undefined || missing.length > 0 || findings.includes('closed-before-end')) return
  call.error ??= { code: `message-${message.error}`, direction, offset: offset + message.length, at: last }
  call.outcome = 'unknown'
}

/** `spider.dns` of a call. */
export const more = (call: Call): { [name: string]: Value } => {
  call.fields.spider ??= { dns: {} }
  return (call.fields.spider as { dns: { [name: string]: Value } }).dns
}

export const note = (call: Call, finding: string): void => {
  if (!call.findings.includes(finding)) call.findings.push(finding)
}

/** As `copyOfCall`; of DNS the fields change too. */
export const copyOfOpen = (call: Call): Call => ({
  ...copyOfCall(call),
  fields: { ...call.fields, ...(call.fields.spider !== undefined && { spider: { dns: { ...more(call) } } }) },
})
