import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { duration } from './format.ts'

/** A fact of a handshake: its name, its value, and the field that it can be filtered by. */
export interface Fact {
  name: string
  value: string
  field?: string
}

type Tls = NonNullable<ExchangeDocument['tls']>
type More = NonNullable<ExchangeDocument['spider']['tls']>
type Side = 'client' | 'server'
export type ShownCertificate = NonNullable<More['chain']>[number]

/** Facts whose value is known. */
const known = (facts: [name: string, value: string | number | boolean | string[] | undefined, field?: string][]): Fact[] =>
  facts.flatMap(([name, value, field]) => {
    if (value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return []
    const text = value === true ? 'yes' : value === false ? 'no' : Array.isArray(value) ? value.join(', ') : String(value)
    return [{ name, value: text, ...(field !== undefined && { field }) }]
  })

const partsOf = ({ tls, spider }: ExchangeDocument): { tls: Tls; more: More } => ({ tls: tls ?? {}, more: spider.tls ?? {} })

/** What the client asked for. */
export function offered(call: ExchangeDocument): Fact[] {
  const { tls, more } = partsOf(call)
  const offer = more.offered ?? {}
  return known([
    ['Server name', tls.client?.server_name, 'tls.client.server_name'],
    ['Versions', offer.versions],
    ['Protocols', offer.protocols],
    ['Suites', tls.client?.supported_ciphers],
    ['Groups', offer.groups],
    ['Signatures', offer.signatures],
    ['Extensions', offer.extensions],
    ['Pre-shared keys', offer.pre_shared_keys],
    ['Ticket of an earlier session', offer.ticket],
    ['Encrypted ClientHello', offer.encrypted_hello],
    ['JA3', tls.client?.ja3, 'tls.client.ja3'],
    ['JA4', more.ja4, 'spider.tls.ja4'],
    ['Client random', more.client_random],
  ])
}

/** What the server made of it. */
export function chosen(call: ExchangeDocument): Fact[] {
  const { tls, more } = partsOf(call)
  const version = tls.version === undefined ? undefined : [tls.version_protocol?.toUpperCase(), tls.version].filter(Boolean).join(' ')
  return known([
    ['Version', version, 'tls.version'],
    ['Suite', tls.cipher, 'tls.cipher'],
    ['Group', tls.curve, 'tls.curve'],
    ['Prime of the key exchange', more.prime_bits === undefined ? undefined : `${more.prime_bits} bits`],
    ['Protocol', tls.next_protocol, 'tls.next_protocol'],
    ['Established', tls.established],
    ['Earlier session resumed', tls.resumed],
    ['Another ClientHello asked for', more.retried],
    ['Early data', more.early_data],
    ['Signature of the server', more.signature],
    ['Signature of the client', more.client_signature],
    ['Certificate of the client', more.client_certificate],
    ['Extended master secret', more.extended_master_secret],
    ['Encrypt-then-MAC', more.encrypt_then_mac],
    ['OCSP response stapled', more.stapled],
    ['Timestamps of certificate logs', more.timestamps],
    ['Tickets', more.tickets],
    ['Lifetime of the tickets', more.ticket_lifetime === undefined ? undefined : duration(more.ticket_lifetime * 1e6)],
    ['Changes of keys', more.key_updates],
    ['Renegotiations', more.renegotiations],
    ['Handshake', more.handshake === undefined ? undefined : duration(more.handshake / 1000)],
    ['JA3S', tls.server?.ja3s, 'tls.server.ja3s'],
  ])
}

/** The certificates that a side showed, its own first. */
export const chainOf = (call: ExchangeDocument, side: Side): ShownCertificate[] =>
  (side === 'server' ? call.spider.tls?.chain : call.spider.tls?.client_chain) ?? []

/** What is told of a side's own certificate alone. */
export function certificateFacts(call: ExchangeDocument, side: Side): Fact[] {
  const own = call.tls?.[side]
  const { x509 } = own ?? {}
  return known([
    ['Names', x509?.alternative_names],
    ['Serial number', x509?.serial_number],
    ['Signed with', x509?.signature_algorithm],
    ['SHA-256', own?.hash?.sha256, side === 'server' ? 'tls.server.hash.sha256' : undefined],
    ['SHA-1', own?.hash?.sha1],
  ])
}

const STATES: Record<string, string> = {
  'waiting for secrets': 'What was said is not decrypted yet: it waits for the secrets of the session',
  'no secrets': 'What was said is not decrypted: the secrets of the session are not known',
  'wrong secrets': 'What was said is not decrypted: the secrets that came do not fit',
  'suite not supported': 'What was said is not decrypted: Spider cannot undo this cipher suite',
}

/** Why nothing is seen of what was said; undefined when it is. */
export function notDecrypted(call: ExchangeDocument): string | undefined {
  const { decryption, reason, decrypted_side } = call.spider.tls ?? {}
  if (decryption !== undefined && decryption !== 'decrypted') {
    const text = STATES[decryption] ?? `What was said is not decrypted: ${decryption}`
    return reason === undefined ? `${text}.` : `${text} (${reason}).`
  }
  return decrypted_side === undefined ? undefined : `Only what the ${decrypted_side} said is decrypted.`
}

const FINDINGS: Record<string, string> = {
  'weak-tls-version': 'the version is older than TLS 1.2',
  'weak-cipher': 'the cipher can be broken',
  'null-cipher': 'nothing is encrypted',
  'export-cipher': 'the cipher was weakened on purpose',
  'anonymous-key-exchange': 'nobody proves who they are',
  'weak-key-exchange': 'the key exchange is too short',
  'certificate-expired': 'a certificate has expired',
  'certificate-expires-soon': 'a certificate expires within 30 days',
  'certificate-not-yet-valid': 'a certificate is not valid yet',
  'certificate-self-signed': 'the certificate is signed by itself',
  'certificate-name-mismatch': 'the certificate is for other names than the one asked for',
  'certificate-weak-key': 'the key of a certificate is too short',
  'certificate-weak-signature': 'a certificate is signed with a hash that can be forged',
  'certificate-malformed': 'a certificate cannot be read to its end',
  'malformed-handshake': 'a message of the handshake cannot be read',
  'not-decrypted': 'what was said is not decrypted',
}

/** A finding of TLS in words; undefined: it is none. */
export const findingInWords = (code: string): string | undefined => {
  const own = FINDINGS[code]
  if (own !== undefined) return own
  const ofClient = code.startsWith('client-') ? FINDINGS[code.slice('client-'.length)] : undefined
  return ofClient && `of the client: ${ofClient}`
}
