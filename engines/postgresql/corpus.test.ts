import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusCaptures, corpusText, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import type { Call } from '../protocols/call.ts'
import { callsOf } from '../protocols/calls.case.ts'

interface Message {
  type: string
  query?: string
  tag?: string
}
const messagesOf = (capture: string): Message[] => (oracleOf(capture) as unknown as { pgsql: Message[] }).pgsql
const captures = corpusCaptures().filter((capture) => messagesOf(capture).length > 0)
const oursIn = (capture: string): Call[] =>
  callsOf(corpusBytes(capture)).flatMap(({ call }) => (call?.protocol === 'postgresql' ? [call] : []))
const textOf = ({ fields }: Call) => (fields as { db: { query?: { text: string } } }).db.query?.text
const rowsOf = ({ fields }: Call) => (fields as { db: { response?: { returned_rows?: number } } }).db.response?.returned_rows ?? 0
const count = (messages: Message[], type: string) => messages.filter((message) => message.type === type).length

const short = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, 200)

/** deepflow's reader looks at one packet at a time. */
const deepflow = 'files/deepflow/flow_generator/postgre/pgsql-all'

describe.skipIf(!hasCorpus)('PostgreSQL in the corpus', () => {
  it.each(captures)('%s has the queries, rows and errors of tshark', (capture) => {
    const messages = messagesOf(capture)
    const calls = oursIn(capture)
    const theirs = new Set(messages.flatMap(({ query }) => (query ? [short(query)] : [])))
    expect(new Set(calls.flatMap((call) => (textOf(call) ? [short(textOf(call)!)] : [])))).toEqual(theirs)
    expect(calls.reduce((sum, call) => sum + rowsOf(call), 0)).toBe(count(messages, 'Data row'))
    expect(calls.filter(({ action }) => action === 'STARTUP')).toHaveLength(count(messages, 'Startup message'))
    expect(calls.filter(({ outcome }) => outcome === 'failure')).toHaveLength(count(messages, 'Error'))
  })

  it('says what deepflow says of queries, and more', () => {
    interface Line {
      msg_type: string
      sql_affected_rows?: number
      request_resource?: string
    }
    const lines = corpusText(`${deepflow}.result`)
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line.replace(/ is_pgsql: \w+$/, '')) as Line)
    const calls = oursIn(`${deepflow}.pcap`)
    const texts = calls.map(textOf)
    for (const { request_resource: text } of lines)
      if (text !== undefined) expect(texts.map((ours) => ours && short(ours))).toContain(short(text))
    // Of a statement that was prepared before the capture it has no text either; two of the 32 queries are `Other` to it.
    expect(calls.filter(({ request }) => request !== undefined)).toHaveLength(32)
    expect(lines.filter(({ msg_type: type }) => type === 'Request')).toHaveLength(30)
  })
})
