import type { Value } from '../protocols/call.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import { alertOf } from './alerts.ts'
import type { Certificate } from './certificate/certificate.ts'
import { isoTime } from './certificate/time.ts'
import { certificateFields, chainEntry } from './certificate-fields.ts'
import type { Ciphers } from './ciphers.ts'
import { isEstablished, isResumed, type TlsFacts, versionOf } from './facts.ts'
import type { ClientHello } from './handshake/messages.ts'
import { ja3, ja3s } from './ja3.ts'
import { ja4 } from './ja4.ts'
import { extensionName, groupName, isGrease, signatureName, versionName } from './names.ts'
import { suiteName } from './suites.ts'

type Fields = { [name: string]: Value }

/** What is listed of an offer: more says nothing to people. */
const MOST_OFFERED = 128
const LONGEST_NAME = 256
const SIDES = ['client', 'server'] as const

/** The facts under the names of ECS (`tls.*`), and what it has no name for (`spider.tls.*`), as `Call.fields`. */
export const tlsFields = (facts: TlsFacts, hash: Ciphers['hash']): { tls: Fields; spider: { tls: Fields } } => ({
  tls: clean({ ...agreed(facts), client: clientFields(facts, hash), server: serverFields(facts, hash) }),
  spider: { tls: clean(ownFields(facts, hash)) },
})

const agreed = (facts: TlsFacts): { [name: string]: Value | undefined } => {
  const { serverHello, encryptedExtensions, group } = facts
  const version = versionOf(facts)
  const [protocol, number] = version === undefined ? [] : versionName(version).split(' ')
  return {
    version: number ?? protocol,
    version_protocol: number === undefined ? undefined : protocol?.toLowerCase(),
    cipher: serverHello && suiteName(serverHello.suite),
    curve: group === undefined ? undefined : groupName(group),
    next_protocol: (encryptedExtensions?.alpn ?? serverHello?.alpn)?.[0]?.toLowerCase(),
    established: isEstablished(facts),
    resumed: isResumed(facts),
  }
}

const clientFields = (facts: TlsFacts, hash: Ciphers['hash']): Fields | undefined => {
  const { clientHello: hello } = facts
  const name = hello?.serverName
  return filled({
    server_name: name === undefined || name === '' ? undefined : name.slice(0, LONGEST_NAME),
    ja3: hello && ja3(hello, hash).md5,
    supported_ciphers: hello && offered(hello.suites, suiteName),
    ...certificateFields(facts.certificates[CLIENT][0]),
  })
}

const serverFields = (facts: TlsFacts, hash: Ciphers['hash']): Fields | undefined =>
  filled({
    ja3s: facts.serverHello && ja3s(facts.serverHello, hash).md5,
    ...certificateFields(facts.certificates[SERVER][0]),
  })

const ownFields = (facts: TlsFacts, hash: Ciphers['hash']): { [name: string]: Value | undefined } => {
  const { clientHello, serverHello, certificates, keyUpdates, primeBits, handshake } = facts
  const updates = keyUpdates[CLIENT] + keyUpdates[SERVER]
  return {
    decryption: facts.decryption,
    reason: facts.reason,
    ja4: clientHello && ja4(clientHello, hash),
    offered: clientHello && offers(clientHello),
    retried: facts.retried || undefined,
    early_data: earlyData(facts),
    extended_master_secret: serverHello?.extendedMasterSecret,
    encrypt_then_mac: serverHello?.encryptThenMac,
    prime_bits: primeBits,
    signature: nameOf(facts.signatures[SERVER]),
    client_signature: nameOf(facts.signatures[CLIENT]),
    client_certificate: certificates[CLIENT].length > 0 ? 'sent' : facts.requested ? 'requested' : undefined,
    chain: chainOf(certificates[SERVER]),
    client_chain: chainOf(certificates[CLIENT]),
    stapled: facts.stapled || undefined,
    timestamps: facts.timestamps || undefined,
    tickets: facts.tickets || undefined,
    ticket_lifetime: facts.tickets > 0 ? facts.ticketLifetime : undefined,
    key_updates: updates || undefined,
    handshake: handshake === undefined ? undefined : Math.round(handshake * 1000),
    alerts: alertsOf(facts),
    malformed: facts.malformed.length > 0 ? [...facts.malformed] : undefined,
  }
}

const nameOf = (scheme: number | undefined): string | undefined => (scheme === undefined ? undefined : signatureName(scheme))

const offered = (values: readonly number[], name: (value: number) => string): string[] =>
  values
    .filter((value) => !isGrease(value))
    .slice(0, MOST_OFFERED)
    .map(name)

const offers = (hello: ClientHello): Fields => {
  const { versions, legacyVersion, groups = [], signatureAlgorithms = [], alpn = [], extensions, psk, sessionTicket } = hello
  return clean({
    versions: offered(versions ?? [legacyVersion], versionName),
    groups: offered(groups, groupName),
    signatures: offered(signatureAlgorithms, signatureName),
    protocols: alpn.slice(0, MOST_OFFERED).map((name) => name.slice(0, LONGEST_NAME)),
    extensions: offered(extensions, extensionName),
    pre_shared_keys: psk?.identities,
    ticket: sessionTicket === undefined ? undefined : sessionTicket > 0,
    encrypted_hello: hello.encryptedHello,
  })
}

/** RFC 8446 section 4.2.10: the server says in its EncryptedExtensions that it took it. */
const earlyData = ({ clientHello, encryptedExtensions }: TlsFacts): string | undefined => {
  if (!clientHello?.earlyData) return undefined
  return encryptedExtensions === undefined ? 'offered' : encryptedExtensions.earlyData ? 'accepted' : 'rejected'
}

const chainOf = (chain: readonly Certificate[]): Fields[] | undefined => (chain.length > 0 ? chain.map(chainEntry) : undefined)

const alertsOf = ({ alerts }: TlsFacts): Fields[] | undefined =>
  alerts.length === 0
    ? undefined
    : alerts.map(({ side, at, fatal, description }) => ({ from: sideName(side), at: isoTime(at), fatal, ...alertOf(description) }))

const sideName = (side: Side): string => SIDES[side]

/** Without what is not known. */
const clean = (fields: { [name: string]: Value | undefined }): Fields =>
  Object.fromEntries(Object.entries(fields).filter((entry): entry is [string, Value] => entry[1] !== undefined))

const filled = (fields: { [name: string]: Value | undefined }): Fields | undefined => {
  const known = clean(fields)
  return Object.keys(known).length > 0 ? known : undefined
}
