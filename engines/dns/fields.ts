import type { Value } from '../protocols/call.ts'
import { className, operationName, QUERY, responseName, typeName } from './codes.ts'
import { isResponse, type Message, operationOf, type Question, type Resource, responseCodeOf } from './message.ts'

type Fields = { [name: string]: Value }
const LONGEST_SUMMARY = 300

/** The operation in a word: what type of record is asked for, or told. */
export const actionOf = (message: Message): string => {
  const operation = operationOf(message)
  if (operation !== QUERY) return operationName(operation)
  const first = message.questions.at(0) ?? message.answers.at(0)
  return first === undefined ? 'QUERY' : typeName(first.type)
}

/** What is asked for, in one line; of an announcement, what it is of. */
export const summaryOf = ({ questions, answers }: Message): string | undefined => {
  const named: readonly Question[] = questions.length > 0 ? questions : answers
  const names = named.length === 1 ? named[0].name : [...new Set(named.slice(0, 16).map(({ name }) => name))].join(', ')
  return names === '' ? undefined : names.length > LONGEST_SUMMARY ? `${names.slice(0, LONGEST_SUMMARY - 1)}…` : names
}

/** What a message says, as ECS names it (`dns.*`), and what ECS has no name for (`spider.dns.*`). */
export const fieldsOf = (message: Message): { dns: Fields; more: Fields | undefined } => {
  const { id, questions, answers, authorities, additionals, edns } = message
  const response = isResponse(message)
  const dns: Fields = {
    id: String(id),
    op_code: operationName(operationOf(message)),
    type: response ? 'answer' : 'query',
    header_flags: flagsOf(message),
  }
  if (questions.length > 0) dns.question = questionOf(questions[0])
  if (response) {
    dns.response_code = responseName(responseCodeOf(message))
    dns.answers = answers.map(resourceOf)
    const ips: string[] = []
    for (const { ip } of answers) if (ip !== undefined && !ips.includes(ip)) ips.push(ip)
    if (ips.length > 0) dns.resolved_ip = ips
  }
  if (!saysMore(message)) return { dns, more: undefined }
  const more: Fields = {}
  if (questions.length > 1) more.questions = questions.map(questionOf)
  if (!response && answers.length > 0) more.known_answers = answers.map(resourceOf)
  if (authorities.length > 0) more.authorities = authorities.map(resourceOf)
  if (additionals.length > 0) more.additionals = additionals.map(resourceOf)
  if (edns !== undefined) more.edns = { size: edns.size, version: edns.version, options: edns.options.map((option) => ({ ...option })) }
  return { dns, more }
}

/** Whether there is something that ECS has no name for. */
export const saysMore = ({ questions, answers, authorities, additionals, edns, flags }: Message): boolean =>
  questions.length > 1 ||
  (answers.length > 0 && !isResponse({ flags })) ||
  authorities.length > 0 ||
  additionals.length > 0 ||
  edns !== undefined

const questionOf = ({ name, type, class: kind }: Question): Fields => ({ name, type: typeName(type), class: className(kind) })

const resourceOf = ({ name, type, class: kind, ttl, data }: Resource): Fields => {
  const resource: Fields = { name, type: typeName(type), class: className(kind), ttl }
  if (data !== undefined) resource.data = data
  return resource
}

const FLAGS = [
  [0x0400, 'AA'],
  [0x0200, 'TC'],
  [0x0100, 'RD'],
  [0x0080, 'RA'],
  [0x0020, 'AD'],
  [0x0010, 'CD'],
] as const

const ALL = FLAGS.reduce((bits, [bit]) => bits | bit, 0)
/** By the bits that are set; there are 64. */
const known = new Map<number, string[]>()

const flagsOf = ({ flags, edns }: Message): string[] => {
  const set = known.get(flags & ALL) ?? FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name)
  known.set(flags & ALL, set)
  return edns?.dnssec ? [...set, 'DO'] : set
}
