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

/** Messages that only tshark has, and only we; and why. */
const OTHER_THAN_TSHARK: Record<string, [number, number, string]> = {
  'files/ipfixprobe/inputs/mixed.pcap': [11, 0, 'quoted in ICMP errors: tshark counts them once more'],
  'files/ndpi/pcap/dns-exf.pcap': [
    1,
    1,
    'an answer whose data are longer than the datagram: malformed, tshark gives the count of the header',
  ],
  'files/ndpi/pcap/dns_invert_query.pcapng': [
    2,
    0,
    'an inverse query (obsolete, RFC 3425) without a question: nothing tells it from other bytes',
  ],
  'files/ndpi/pcap/dns-tunnel-iodine.pcap': [73, 73, 'binary names: escaped by us, replaced by the oracle'],
  'files/ndpi/pcap/malformed_dns.pcap': [4, 4, 'answers whose names point forward: malformed, tshark gives the count of the header'],
  'files/ndpi/pcap/netbios_wildcard_dns_query.pcap': [1, 0, 'a NetBIOS name query sent to port 53'],
  'files/pcapplusplus/packets/dns_over_tcp.pcapng': [0, 1, 'a retransmission a year and a half later is a connection of its own to us'],
  'files/pcapplusplus/packets/dns_stack_overflow.pcap': [1, 0, 'forged: no message from its first record on'],
  'files/pcapplusplus/packets/DnsTooManyResources.pcap': [1, 0, 'forged: more records than it has'],
  'files/tcpdump/tests/LINKTYPE_IPV6_invalid.pcap': [0, 1, 'IPv4 under the link type of IPv6: tshark refuses it'],
  'files/tcpdump/tests/dns-badcookie.pcap': [1, 1, 'BADCOOKIE is 23 with the upper bits of EDNS; tshark shows the lower four, 7'],
  'files/tcpdump/tests/dns-badlabel.pcap': [1, 0, 'forged: labels of an unknown kind'],
  'files/tcpdump/tests/dns-badvers.pcap': [1, 1, 'BADVERS is 16 with the upper bits of EDNS; tshark shows the lower four, 0'],
  'files/tcpdump/tests/dns_udp_2.pcap': [1, 1, 'cut by the snap length behind its first answer; tshark gives the count of the header'],
}

describe.skipIf(!hasCorpus)('DNS of the corpus', () => {
  it('is that of tshark: ids, questions, response codes, answers', () => {
    const found = corpusCaptures().map((capture) => [capture, differences(capture)] as const)
    const other = found.filter(([, { theirs, ours }]) => theirs.length + ours.length > 0)
    expect(Object.fromEntries(other.map(([capture, { theirs, ours }]) => [capture, [theirs.length, ours.length]]))).toEqual(
      Object.fromEntries(Object.entries(OTHER_THAN_TSHARK).map(([capture, [theirs, ours]]) => [capture, [theirs, ours]])),
    )
  }, 100_000)
})
