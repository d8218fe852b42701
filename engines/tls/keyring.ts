import { fromHex, hex } from '../bytes/hex.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'
import type { Ciphers } from './ciphers.ts'
import { directionKeys, masterSecret, type PrfHash } from './keys12.ts'
import { earlyTrafficSecret, nextSecret, trafficKeys } from './keys13.ts'
import { LIMITS } from './limits.ts'
import { versionName } from './names.ts'
import { Aead12, Aead13 } from './open/aead.ts'
import { Cbc } from './open/cbc.ts'
import type { Opener, Room } from './open/opener.ts'
import { Streamed } from './open/stream.ts'
import type { Agreed, Phase } from './phase.ts'
import type { FindSecrets, Secrets } from './secrets.ts'
import { type Suite, suiteName, suiteOf } from './suites.ts'

const TLS_1_0 = 0x0301
const TLS_1_2 = 0x0303
const TLS_1_3 = 0x0304
const LABELS = {
  early: ['CLIENT_EARLY_TRAFFIC_SECRET', 'CLIENT_EARLY_TRAFFIC_SECRET'],
  handshake: ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_HANDSHAKE_TRAFFIC_SECRET'],
  application: ['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0'],
} as const

const NO_ROOM = new Uint8Array(0)

/** Makes openers of secrets. Secrets are never saved: they are asked for again. What is saved is by which digest to know those that do not fit. */
export class Keyring {
  readonly room: Room = { bytes: NO_ROOM }
  private readonly ciphers: Ciphers
  private readonly find: FindSecrets
  private readonly known = new Map<string, Secrets>()
  /** Client randoms of handshakes that cannot be opened. */
  private readonly closed = new Set<string>()
  /** Digests of secrets that do not fit. */
  private readonly wrong = new Set<string>()

  constructor(ciphers: Ciphers, find: FindSecrets) {
    this.ciphers = ciphers
    this.find = find
  }

  learn(clientRandom: string, secrets: Secrets): void {
    this.known.set(clientRandom, { ...this.known.get(clientRandom), ...secrets })
  }

  /** Whether a secret was known that does not fit. */
  get refused(): boolean {
    return this.wrong.size > 0
  }

  /** The secret of a phase does not fit: it is not taken again. */
  refuse(phase: Phase, side: Side): void {
    const secret = this.secretOf(phase, side)
    if (secret !== undefined) this.wrong.add(this.digestOf(secret))
  }

  private isWrong(secret: string): boolean {
    return this.wrong.size > 0 && this.wrong.has(this.digestOf(secret))
  }

  private digestOf(secret: string): string {
    return hex(this.ciphers.hash('sha256')([fromHex(secret) ?? NO_ROOM]))
  }

  save(): string[] {
    return [...this.wrong]
  }

  load(wrong: readonly string[]): void {
    for (const digest of wrong) this.wrong.add(digest)
  }

  /** Why a handshake's records cannot be opened even by one who knows its secrets; undefined: they can. */
  refusal(agreed: Agreed): string | undefined {
    const { version, suite: code } = agreed
    const readable = version >= TLS_1_0 && version <= TLS_1_3
    // What is agreed on last counts: a saved conversation knows no more.
    this.closed.delete(agreed.clientRandom)
    if (readable && this.supports(agreed)) return undefined
    this.closed.add(agreed.clientRandom)
    return `${readable ? suiteName(code) : versionName(version)} is not read`
  }

  private supports({ version, suite: code, encryptThenMac }: Agreed): boolean {
    const suite = suiteOf(code)
    if (suite === undefined || suite.exported || suite.tls13 !== version >= TLS_1_3) return false
    const key = new Uint8Array(suite.keyLength)
    if (version >= TLS_1_3) return this.ciphers.aead(nameOf(suite), key, suite.tagLength) !== undefined
    return this.openerOf12(suite, version, encryptThenMac, { key, mac: key, iv: new Uint8Array(suite.fixedIv) }) !== undefined
  }

  /** Opens one side's records in a phase; undefined: its secret is not known. */
  opener(phase: Phase, side: Side): Opener | undefined {
    const { agreed } = phase
    const suite = agreed && suiteOf(agreed.suite)
    const hex = this.secretOf(phase, side)
    if (suite === undefined || hex === undefined) return undefined
    const secret = fromHex(hex)
    if (secret === undefined || secret.length === 0) return undefined
    return agreed!.version >= TLS_1_3 ? this.openerOf13(suite, secret, phase.generation) : this.opener12(suite, agreed!, secret, side)
  }

  private secretOf({ kind, agreed }: Phase, side: Side): string | undefined {
    if (agreed === undefined || kind === 'plain' || this.closed.has(agreed.clientRandom)) return undefined
    const told = kind === 'session' ? this.sessionSecret(agreed) : this.of(agreed.clientRandom)?.[LABELS[kind][side]]
    const secret = told ?? (kind === 'early' ? this.earlySecret(agreed) : undefined)
    return secret === undefined || this.isWrong(secret) ? undefined : secret
  }

  /** The master secret; or what it follows from, which is told apart by its label. */
  private sessionSecret({ clientRandom, resumes, encryptedSecret }: Agreed): string | undefined {
    const master = this.of(clientRandom)?.CLIENT_RANDOM ?? (resumes && this.of(resumes)?.CLIENT_RANDOM)
    return master ?? (encryptedSecret === undefined ? undefined : this.of(encryptedSecret)?.RSA)
  }

  /** Of early data, where what it follows from is told. */
  private earlySecret({ clientRandom, suite, helloHash }: Agreed): string | undefined {
    const [secret, context] = [this.of(clientRandom)?.EARLY_SECRET, helloHash].map((text) =>
      text === undefined ? undefined : fromHex(text),
    )
    const hash = suiteOf(suite)?.hash
    if (secret === undefined || context === undefined || hash === undefined) return undefined
    return hex(earlyTrafficSecret(this.ciphers, hash, secret, context))
  }

  private of(clientRandom: string): Secrets | undefined {
    return this.known.get(clientRandom) ?? this.find(clientRandom)
  }

  private openerOf13(suite: Suite, secret: Uint8Array, generation: number): Opener | undefined {
    if (generation > LIMITS.generations) return undefined
    let current = secret
    for (let i = 0; i < generation; i++) current = nextSecret(this.ciphers, suite.hash, current)
    const { key, iv } = trafficKeys(this.ciphers, suite.hash, current, suite.keyLength)
    const unseal = this.ciphers.aead(nameOf(suite), key, suite.tagLength)
    return unseal && new Aead13(unseal, iv, suite.tagLength, this.room)
  }

  private opener12(suite: Suite, agreed: Agreed, secret: Uint8Array, side: Side): Opener | undefined {
    const { version, encryptThenMac } = agreed
    const client = fromHex(agreed.clientRandom)!
    const server = fromHex(agreed.serverRandom)!
    const hash: PrfHash = version >= TLS_1_2 ? suite.hash : 'md5 and sha1'
    const isMaster = this.of(agreed.clientRandom)?.CLIENT_RANDOM !== undefined || agreed.resumes !== undefined
    const master = isMaster ? secret : masterSecret(this.ciphers, hash, secret, client, server)
    const lengths = { mac: suite.macLength, key: suite.keyLength, iv: suite.fixedIv }
    const keys = directionKeys(this.ciphers, hash, master, client, server, lengths)
    return this.openerOf12(suite, version, encryptThenMac, keys[side === CLIENT ? 0 : 1])
  }

  private openerOf12(
    suite: Suite,
    version: number,
    encryptThenMac: boolean,
    { key, mac, iv }: { key: Uint8Array; mac: Uint8Array; iv: Uint8Array },
  ): Opener | undefined {
    const { ciphers } = this
    if (suite.aead) {
      const unseal = ciphers.aead(nameOf(suite), key, suite.tagLength)
      return unseal && new Aead12(unseal, iv, suite.recordIv, suite.tagLength, this.room)
    }
    if (suite.mac === undefined) return undefined
    const digest = ciphers.hmac(suite.mac, mac)
    if (suite.mode === 'null') return new Streamed(undefined, digest, suite.macLength)
    if (suite.cipher === 'rc4') return new Streamed(key, digest, suite.macLength)
    const decipher = suite.mode === 'cbc' ? ciphers.block(nameOf(suite), key) : undefined
    const { macLength, blockLength } = suite
    return decipher && new Cbc({ decipher, mac: digest, macLength, blockLength, iv }, version, encryptThenMac)
  }
}

/** As OpenSSL calls it. */
const nameOf = ({ cipher, mode, keyLength }: Suite): string => {
  if (cipher === 'chacha20') return 'chacha20-poly1305'
  if (cipher === '3des') return 'des-ede3-cbc'
  return `${cipher}-${keyLength * 8}-${mode === 'ccm-8' ? 'ccm' : mode}`
}
