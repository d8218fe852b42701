import { isResponse, operationOf, readMessage, responseCodeOf } from './message.ts'

/** That an address has a name, as a DNS server told it. */
export interface DnsAnswer {
  ip: string
  /** Without the last dot, in lower case. */
  name: string
  /** How long it holds, in seconds. */
  ttl: number
}

/**
 * The addresses in a DNS response (RFC 1035, 4; also mDNS, RFC 6762, and LLMNR, RFC 4795): `start`..`end` of `bytes` is
 * the message. An address asked for has the name that was asked, not the alias it was found under. Of a message that is
 * cut or wrong, what comes before that.
 */
export const dnsAnswers = (bytes: Uint8Array, start: number, end: number): DnsAnswer[] => {
  // Most messages are questions, and need not be read.
  if (end - start < 12 || (bytes[start + 2] & 0x80) === 0) return []
  const message = readMessage(bytes, start, end)
  if (!isResponse(message) || operationOf(message) !== 0 || responseCodeOf(message) !== 0 || message.questions.length > 1) return []
  const asked = message.questions.at(0)?.name
  return message.answers
    .filter(({ ip, name }) => ip !== undefined && (asked ?? name) !== '.')
    .map(({ ip, name, ttl }) => ({ ip: ip!, name: asked ?? name, ttl }))
}
