import { createHash, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { JSONWebKeySet } from 'jose'
import { HOUR } from '#engines/license/hours.ts'
import { Problem } from '../../problem.ts'
import { InvalidLicense, readTerm, verifyLicense } from '../token.ts'

/** After the end of a term its last statistics may still come, ms. */
const AFTER_THE_END = 31 * 24 * HOUR

const bearerOf = ({ headers }: FastifyRequest): string => {
  const [scheme, token] = (headers.authorization ?? '').split(' ')
  if (scheme.toLowerCase() !== 'bearer' || !token)
    throw new Problem(401, 'Not authorised', 'Send a bearer token in the header authorization.')
  return token
}

const same = (one: string, other: string): boolean =>
  timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())

/** Lets the vendor pass: who has the administrator's token. Throws a `Problem`. */
export function checkVendor(request: FastifyRequest, administrator: string | undefined): void {
  const token = bearerOf(request)
  if (administrator === undefined || !same(token, administrator))
    throw new Problem(403, 'Not allowed', 'Only the vendor may do this: send the token of SPIDER_LICENSE_ADMINISTRATOR.')
}

/** The id of the license that a request brings as its token. Throws a `Problem`. */
export async function licenseOf(request: FastifyRequest, keys: JSONWebKeySet, now: number): Promise<string> {
  const token = bearerOf(request)
  try {
    const ended = readTerm(token)?.to ?? now
    const at = now > ended && now - ended < AFTER_THE_END ? ended - 1000 : now
    return (await verifyLicense(token, keys, at)).id
  } catch (error) {
    if (error instanceof InvalidLicense) throw new Problem(403, 'Not allowed', error.message)
    throw error
  }
}
