import { type KeyLogLine, writeLine } from './keylog.ts'
import type { Secrets } from './secrets.ts'

/** Secrets kept of one session: TLS 1.3 has seven, and one more for each change of keys that was logged. */
const MOST_LABELS = 64

/** Secrets of TLS sessions, by client random, or by what else a line names them. The sessions that were told of longest ago go first, so that memory stays bounded. */
export class KnownSecrets {
  private readonly sessions = new Map<string, Secrets>()
  private readonly most: number

  /** `most`: sessions that are kept, of about 1 KB each. */
  constructor(most = 100_000) {
    this.most = most
  }

  get size(): number {
    return this.sessions.size
  }

  /** Adds a line; answers whether it says something new. */
  add({ label, clientRandom, secret }: KeyLogLine): boolean {
    const known = this.sessions.get(clientRandom)
    this.sessions.delete(clientRandom)
    const isNew = known?.[label] !== secret
    const full = known !== undefined && !(label in known) && Object.keys(known).length >= MOST_LABELS
    this.sessions.set(clientRandom, isNew && !full ? { ...known, [label]: secret } : known!)
    if (this.sessions.size > this.most) this.sessions.delete(this.sessions.keys().next().value!)
    return isNew && !full
  }

  find(clientRandom: string): Secrets | undefined {
    return this.sessions.get(clientRandom)
  }
}

/** What is known of one session as a key log. */
export const keyLogOf = (clientRandom: string, secrets: Secrets): string =>
  Object.entries(secrets)
    .map(([label, secret]) => `${writeLine({ label, clientRandom, secret })}\n`)
    .join('')
