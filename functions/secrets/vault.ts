import type { State } from '#adapters/state/port.ts'
import type { Secrets } from '#engines/tls/secrets.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'
import type { Seal } from './seal.ts'
import { Shelf } from './shelf.ts'

const PREFIX = 'tls-secrets/'
/** Sessions whose secrets stay in memory, about 1 KB each. */
const MOST_KNOWN = 4096

export interface VaultOptions {
  state: State
  seal: Seal
  holder: string
  /** How long secrets are kept, ms: as long as the packets they open. */
  keepMs: number
  /** Told, once, that what lies there cannot be opened. */
  log: (line: string) => void
}

/** Secrets of TLS sessions in the shared state, sealed, by client random. */
export class Vault {
  readonly #shelf: Shelf<Secrets>
  readonly #known = new Map<string, Secrets>()
  readonly #log: (line: string) => void
  #told = false

  constructor({ state, seal, holder, keepMs, log }: VaultOptions) {
    this.#log = log
    this.#shelf = new Shelf<Secrets>(
      state,
      {
        encode: (key, secrets) => seal.close(key, encodeJson(secrets)),
        decode: (key, sealed) => this.#read(seal.open(key, sealed)),
        covers: (there, coming) => Object.entries(coming).every(([label, secret]) => there[label] === secret),
        join: (there, coming) => ({ ...there, ...coming }),
      },
      holder,
      keepMs,
    )
  }

  #read(plain: Uint8Array | undefined): Secrets | undefined {
    if (plain) return decodeJson<Secrets>(plain)
    if (!this.#told)
      this.#log(
        'secrets of TLS sessions were sealed with another key: those sessions stay encrypted until their secrets come again, or SPIDER_SECRETS_KEY is what it was',
      )
    this.#told = true
    return undefined
  }

  /** Adds secrets to what is known of a session. Durable when it resolves; of a secret told twice the last one counts. */
  async keep(clientRandom: string, secrets: Secrets): Promise<void> {
    await this.#shelf.add(PREFIX + clientRandom, secrets)
    this.#known.delete(clientRandom)
  }

  /** All that is known of a session now. */
  async find(clientRandom: string): Promise<Secrets | undefined> {
    const secrets = await this.#shelf.get(PREFIX + clientRandom)
    if (!secrets) return undefined
    this.#known.delete(clientRandom)
    this.#known.set(clientRandom, secrets)
    if (this.#known.size > MOST_KNOWN) this.#known.delete(this.#known.keys().next().value as string)
    return secrets
  }

  /** What `find` found lately, at once. */
  readonly known = (clientRandom: string): Secrets | undefined => this.#known.get(clientRandom)
}
