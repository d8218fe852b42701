import { earlyOf, expandLabel, HASHES, type Hash, masterOf, sizeOf } from './keys.ts'
import { type Kind, SINCE_13 } from './learn/layout.ts'

/** What was read of a session, as it lay in memory. */
export interface Raw {
  since13: boolean
  clientRandom: Buffer
  secrets: readonly Buffer[]
}

const MASTER = 48

export const keyLogLine = (label: string, clientRandom: Buffer, secret: Buffer): string =>
  `${label} ${clientRandom.toString('hex')} ${secret.toString('hex')}`

/**
 * Lines of a key log (draft-ietf-tls-keylogfile) for a session that was read; undefined when what was read does not hold together:
 * then the library keeps its secrets elsewhere than was learned.
 */
export function linesOf(kind: Kind, { since13, clientRandom, secrets }: Raw): string[] | undefined {
  const line = (label: string, secret: Uint8Array): string =>
    `${label} ${clientRandom.toString('hex')} ${Buffer.from(secret).toString('hex')}`
  if (!since13) return [line('CLIENT_RANDOM', secrets[0].subarray(0, MASTER))]
  const fields = Object.fromEntries(SINCE_13[kind].map((name, index) => [name, secrets[index]]))
  const found = kind === 'openssl' ? derived(fields) : kept(fields)
  return found && Object.entries(found).map(([label, secret]) => line(label, secret))
}

/**
 * What follows from handshake secret, master secret and transcript hashes (RFC 8446, 7.1). The master secret follows from the
 * handshake secret: with the suite's hash alone, and only if both were read from the right places. The secret of early data follows from the
 * early secret and the ClientHello, which was captured.
 */
function derived(fields: Record<string, Buffer>): Record<string, Buffer> | undefined {
  const hash = HASHES.find((each) => {
    const size = sizeOf(each)
    return masterOf(each, fields.handshakeSecret.subarray(0, size)).equals(fields.masterSecret.subarray(0, size))
  })
  if (!hash) return undefined
  const follow = (secret: 'handshakeSecret' | 'masterSecret', label: string, context: 'handshakeHash' | 'finishedHash'): Buffer =>
    expandLabel(hash, cut(fields[secret], hash), label, cut(fields[context], hash))
  const early = cut(fields.earlySecret, hash)
  return {
    ...(!early.equals(earlyOf(hash)) && { EARLY_SECRET: early }),
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: follow('handshakeSecret', 'c hs traffic', 'handshakeHash'),
    SERVER_HANDSHAKE_TRAFFIC_SECRET: follow('handshakeSecret', 's hs traffic', 'handshakeHash'),
    CLIENT_TRAFFIC_SECRET_0: follow('masterSecret', 'c ap traffic', 'finishedHash'),
    SERVER_TRAFFIC_SECRET_0: follow('masterSecret', 's ap traffic', 'finishedHash'),
    EXPORTER_SECRET: follow('masterSecret', 'exp master', 'finishedHash'),
  }
}

const cut = (bytes: Buffer, hash: Hash): Buffer => bytes.subarray(0, sizeOf(hash))

/** GnuTLS keeps the secrets; how long they are is what is not zero at their end. */
function kept(fields: Record<string, Buffer>): Record<string, Buffer> | undefined {
  const hash = HASHES.find((each) => Object.values(fields).every((secret) => secret.subarray(sizeOf(each)).every((byte) => byte === 0)))
  if (!hash) return undefined
  return {
    CLIENT_HANDSHAKE_TRAFFIC_SECRET: cut(fields.clientHandshake, hash),
    SERVER_HANDSHAKE_TRAFFIC_SECRET: cut(fields.serverHandshake, hash),
    CLIENT_TRAFFIC_SECRET_0: cut(fields.clientTraffic, hash),
    SERVER_TRAFFIC_SECRET_0: cut(fields.serverTraffic, hash),
    EXPORTER_SECRET: cut(fields.exporter, hash),
  }
}
