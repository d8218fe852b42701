import type { ExchangeStatus } from '../http/facts.ts'
import type { Call, Part, Value } from '../protocols/call.ts'
import { CLIENT, SERVER } from '../tcp/facts.ts'
import { alertOf } from './alerts.ts'
import type { Ciphers } from './ciphers.ts'
import { isEstablished, type TlsFacts, versionOf } from './facts.ts'
import { tlsFields } from './fields.ts'
import { tlsFindings } from './findings.ts'
import { versionName } from './names.ts'
import { helloHashOf, type Session, type Share } from './session.ts'
import { suiteName } from './suites.ts'

const LONGEST_SUMMARY = 300

/** The handshake as a call: what the client offers is asked, what the server makes of it answered. */
export const callOf = (session: Session, status: ExchangeStatus, hash: Ciphers['hash']): Call => {
  const { facts, shares, over, missing, error, messages, position = 0 } = session
  const [client, server] = shares
  const first = client?.first ?? server?.first
  return {
    protocol: 'tls',
    position,
    action: 'handshake',
    summary: summaryOf(facts),
    outcome: isEstablished(facts) ? 'success' : over !== undefined ? 'failure' : 'unknown',
    request: part(client),
    response: part(server),
    status,
    missing: [...missing],
    findings: [...new Set([...(first === undefined ? [] : tlsFindings(facts, first)), ...decryptionFindings(facts), ...session.findings])],
    error: status === 'malformed' ? error : undefined,
    fields: fieldsOf(session, hash),
    messages: [...messages],
  }
}

const part = (share: Share | undefined): Part | undefined => share && { ...share, body: undefined, mimeType: undefined }

/** Who is called, by what is spoken: `shop.example TLS 1.3 TLS_AES_128_GCM_SHA256`. */
const summaryOf = (facts: TlsFacts): string | undefined => {
  const version = versionOf(facts)
  const { clientHello, serverHello, alerts } = facts
  const fatal = alerts.find(({ fatal }) => fatal)
  const words = [
    clientHello?.serverName,
    version === undefined ? undefined : versionName(version),
    serverHello && suiteName(serverHello.suite),
    fatal && `alert ${alertOf(fatal.description).name}`,
  ].filter((word) => word !== undefined && word !== '')
  return words.length === 0 ? undefined : words.join(' ').slice(0, LONGEST_SUMMARY)
}

const decryptionFindings = ({ decryption }: TlsFacts): string[] =>
  decryption === undefined || decryption === 'decrypted' || decryption === 'waiting for secrets' ? [] : ['not-decrypted']

const fieldsOf = (session: Session, hash: Ciphers['hash']) => {
  const { facts, early, earlyBytes, ssl2, renegotiations, clientRandom, encryptedSecret, opened, unopened, over } = session
  const { tls, spider } = tlsFields(facts, hash)
  const own: { [name: string]: Value } = { ...spider.tls }
  if (clientRandom !== undefined) own.client_random = clientRandom
  if (encryptedSecret !== undefined) own.encrypted_premaster = encryptedSecret
  if (early !== undefined) own.early_data = early
  const helloHash = early === 'accepted' && facts.serverHello ? helloHashOf(session, facts.serverHello.suite) : undefined
  if (helloHash !== undefined) own.client_hello_hash = helloHash
  if (earlyBytes > 0) own.early_data_bytes = earlyBytes
  if (ssl2) own.ssl2_hello = true
  if (renegotiations > 0) own.renegotiations = renegotiations
  if (unopened > 0) own.records_not_opened = unopened
  const half = opened[CLIENT] > 0 === opened[SERVER] > 0 ? undefined : opened[CLIENT] > 0 ? 'client' : 'server'
  if (half !== undefined && over !== undefined) own.decrypted_side = half
  return { tls, spider: { tls: own } }
}
