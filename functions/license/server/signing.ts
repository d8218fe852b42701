import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose'
import { AUDIENCE, ISSUER, type License, TOKEN_TYPE } from '../token.ts'

const ALGORITHM = 'EdDSA'

/** The vendor's keys, in a file that only its owner may read. The first one signs; the others are those of before, whose licenses still hold. */
export class SigningKeys {
  readonly #file: string
  readonly #keys: JWK[]

  private constructor(file: string, keys: JWK[]) {
    this.#file = file
    this.#keys = keys
  }

  /** Reads the file; without one, makes it with a first key. Throws when it is there and cannot be used. */
  static async open(file: string): Promise<SigningKeys> {
    const kept = read(file)
    const keys = new SigningKeys(file, kept)
    if (kept.length === 0) await keys.rotate()
    return keys
  }

  /** From now on another key signs. */
  async rotate(): Promise<void> {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true })
    this.#keys.unshift({ ...(await exportJWK(privateKey)), kid: randomUUID(), alg: ALGORITHM, use: 'sig' })
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
    writeFileSync(this.#file, JSON.stringify({ keys: this.#keys }), { mode: 0o600 })
  }

  /** What everybody may know of the keys (RFC 7517). */
  published(): JSONWebKeySet {
    return { keys: this.#keys.map(({ kty, crv, x, kid, alg, use }) => ({ kty, crv, x, kid, alg, use })) as JSONWebKeySet['keys'] }
  }

  /** The token of a license. */
  async sign({ id, owner, cores, price, from, to }: License): Promise<string> {
    const [key] = this.#keys
    return new SignJWT({ owner, cores, price })
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: TOKEN_TYPE })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(id)
      .setIssuedAt()
      .setNotBefore(Math.floor(from / 1000))
      .setExpirationTime(Math.floor(to / 1000))
      .sign(await importJWK(key, ALGORITHM))
  }
}

function read(file: string): JWK[] {
  try {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys?: JWK[] }
    if (!Array.isArray(keys)) throw new Error('it holds no keys')
    return keys
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    const reason = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message
    throw new Error(`${file} cannot be used as signing keys: ${reason}. Put back the file, or move it away to begin with a new key.`)
  }
}
