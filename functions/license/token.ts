import { createLocalJWKSet, decodeJwt, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import type { Terms } from '#engines/license/terms.ts'

export const ISSUER = 'spider-license'
export const AUDIENCE = 'spider'
export const TOKEN_TYPE = 'spider-license+jwt'

const Claims = Compile(
  Type.Object({
    sub: Type.String({ minLength: 1 }),
    owner: Type.String(),
    cores: Type.Number({ minimum: 0 }),
    price: Type.Integer({ minimum: 0, description: 'Cents for a core and a month' }),
    nbf: Type.Integer(),
    exp: Type.Integer(),
  }),
)

/** A license that holds. */
export interface License extends Terms {
  id: string
  owner: string
}

/** A token that is no license. The message says what is wrong and what to do. */
export class InvalidLicense extends Error {
  override name = 'InvalidLicense'
}

/** Reads a license token (a JWT of RFC 7519, signed with EdDSA) at a time, ms since 1970. Throws `InvalidLicense`. */
export async function verifyLicense(token: string, keys: JSONWebKeySet, now: number): Promise<License> {
  try {
    const { payload } = await jwtVerify(token.trim(), createLocalJWKSet(keys), {
      algorithms: ['EdDSA', 'Ed25519'],
      issuer: ISSUER,
      audience: AUDIENCE,
      typ: TOKEN_TYPE,
      currentDate: new Date(now),
      clockTolerance: 60,
    })
    if (!Claims.Check(payload)) throw new InvalidLicense('The license lacks its cores, price or term: ask for it anew.')
    const { sub, owner, cores, price, nbf, exp } = payload as {
      sub: string
      owner: string
      cores: number
      price: number
      nbf: number
      exp: number
    }
    return { id: sub, owner, cores, price, from: nbf * 1000, to: exp * 1000 }
  } catch (error) {
    if (error instanceof InvalidLicense) throw error
    throw new InvalidLicense(reasonOf(error as Error))
  }
}

/** The term that a token speaks of, unverified, ms since 1970; undefined when it cannot be read. */
export function readTerm(token: string): { from: number; to: number } | undefined {
  try {
    const { nbf = 0, exp = 0 } = decodeJwt(token)
    return { from: nbf * 1000, to: exp * 1000 }
  } catch {
    return undefined // whoever verifies it says why
  }
}

/** Whether the keys are to be asked for anew: the token names one that is not among them. */
export const isUnknownKey = (error: Error): boolean => error.message === UNKNOWN_KEY

const UNKNOWN_KEY = 'The license is signed with a key that is not known: check that it is of this license server.'

function reasonOf(error: Error): string {
  if (error instanceof errors.JWTExpired) return 'The license has ended: renew it.'
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'The license has not begun yet: check its dates and the clock.'
    if (error.claim === 'aud' || error.claim === 'iss' || error.claim === 'typ')
      return 'The license is for another product: give the one for Spider.'
  }
  if (error instanceof errors.JWKSNoMatchingKey) return UNKNOWN_KEY
  if (error instanceof errors.JOSEAlgNotAllowed) return 'The license is not signed as licenses are: ask for it anew.'
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'The signature of the license does not fit: it was changed, or cut.'
  return 'The license cannot be read: give the whole token as it was sent.'
}
