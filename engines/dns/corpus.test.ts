import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusCaptures, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import type { Call } from '../protocols/call.ts'
import { callsOf } from '../protocols/calls.case.ts'
import { responseName, typeName } from './codes.ts'

interface OracleMessage {
  transport: string
  id: string
  response: boolean
  rcode: number | null
  queries: { name: string; type: number }[]
  answers: number
}

const differences = (capture: string): { theirs: string[]; ours: string[] } => {
  const theirs = (oracleOf(capture) as unknown as { dns: OracleMessage[] }).dns.map(textOfOracle)
  const ours = callsOf(corpusBytes(capture)).flatMap(({ call, connection }) =>
    call?.protocol === 'dns' ? messagesOf(call, connection.transport) : [],
  )
  return { theirs: without(theirs, ours), ours: without(ours, theirs) }
}

const without = (list: string[], other: string[]): string[] => {
  const left = [...other]
  return list.filter((text) => {
    const at = left.indexOf(text)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

const textOfOracle = ({ transport, id, response, rcode, queries, answers }: OracleMessage): string =>
  textOf(
    transport,
    String(Number(id)),
    queries.at(0) && { name: queries[0].name, type: typeName(queries[0].type) },
    response ? responseName(rcode ?? -1) : undefined,
    answers,
  )

const textOf = (
  transport: string,
  id: string,
  question: { name: string; type: string } | undefined,
  answered: string | undefined,
  answers: number,
): string => {
  const name = question?.name === '<Root>' ? '.' : question?.name.toLowerCase()
  return `${transport} ${id} ${answered ?? '?'} ${name ?? '-'} ${question?.type ?? '-'} ${answers}`
}

interface Fields {
  dns?: { id: string; question?: { name: string; type: string }; response_code?: string; answers?: unknown[] }
  spider?: { dns: { retries?: number; known_answers?: unknown[] } }
}

const messagesOf = (call: Call, transport: string): string[] => {
  const { dns, spider } = call.fields as Fields
  const { id = '-', question, response_code: code, answers = [] } = dns ?? {}
  const known = spider?.dns.known_answers?.length ?? 0
  const asked = call.request ? new Array(1 + (spider?.dns.retries ?? 0)).fill(textOf(transport, id, question, undefined, known)) : []
  return call.response ? [...asked, textOf(transport, id, question, code, answers.length)] : asked
}

const OTHER_THAN_TSHARK: Record<string, string> = {}

describe.skipIf(!hasCorpus)('DNS of the corpus', () => {
  it('is that of tshark: ids, questions, response codes, answers', () => {
    for (const capture of corpusCaptures()) {
      const { theirs, ours } = differences(capture)
      if (theirs.length + ours.length > 0) console.log(capture, theirs.length, ours.length, theirs.slice(0, 4), ours.slice(0, 4))
    }
    expect(OTHER_THAN_TSHARK).toEqual({})
  }, 100_000)
})
