import { describe, expect, it } from 'vitest'
import { corpusBytes, corpusCaptures, corpusText, hasCorpus, oracleOf } from '../pcap/corpus.case.ts'
import type { Call } from '../protocols/call.ts'
import { callsOf } from '../protocols/calls.case.ts'

interface Message {
  tcp_stream: number
  values: string[]
}
const messagesOf = (capture: string): Message[] => (oracleOf(capture) as unknown as { redis: Message[] }).redis
const captures = corpusCaptures().filter((capture) => messagesOf(capture).length > 0)
const oursIn = (capture: string): Call[] => callsOf(corpusBytes(capture)).flatMap(({ call }) => (call?.protocol === 'redis' ? [call] : []))

/** Requests and replies that tshark counts and we do not, or the other way around; and why. */
const OTHER_THAN_TSHARK: Record<string, [number, string]> = {
  'files/deepflow/flow_generator/redis/redis.pcap': [1, 'a reply whose end was not captured: tshark does not count it'],
  'files/mercury/redis.pcap': [-7, 'a reply of several segments: tshark shows its parts one by one'],
}

const wordOf = (text: string) => text.slice(0, 20).toUpperCase()

describe.skipIf(!hasCorpus)('Redis in the corpus', () => {
  it.each(captures)('%s has the commands and replies of tshark', (capture) => {
    const calls = oursIn(capture)
    const messages = messagesOf(capture)
    const [difference] = OTHER_THAN_TSHARK[capture] ?? [0]
    const ours = calls.reduce((sum, { request, response }) => sum + (request ? 1 : 0) + (response ? 1 : 0), 0)
    expect(ours).toBe(messages.length + difference)
    const first = messages.map(({ values }) => wordOf(values[0] ?? ''))
    for (const { action } of calls) if (action !== undefined) expect(first).toContain(wordOf(action.split(' ')[0]))
  })

  it.each(['redis', 'redis-error', 'redis-debug'])('%s says what deepflow says', (name) => {
    const folder = 'files/deepflow/flow_generator/redis'
    const lines = corpusText(`${folder}/${name}.result`).split('\n').filter(Boolean)
    const theirs = lines.flatMap((line) => /request: "(.*?)", request_type: "(\w+)"/.exec(line)?.slice(2, 3) ?? [])
    const errors = lines.flatMap((line) => /error: "-(.+?)"/.exec(line)?.[1] ?? [])
    const calls = oursIn(`${folder}/${name}.pcap`)
    expect(calls.filter(({ request }) => request !== undefined).map(({ action }) => action)).toEqual(
      theirs.map((action) => action.toUpperCase()),
    )
    expect(calls.flatMap(({ fields }) => (fields.spider as { db: { message?: string } } | undefined)?.db.message ?? [])).toEqual(errors)
  })
})
