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

/** Whether a request brings the administrator's token. Throws a `Problem` when it brings none at all. */
function isVendor(request: FastifyRequest, administrator: string | undefined): boolean {
  const token = bearerOf(request)
  return administrator !== undefined && same(token, administrator)
}

/** Lets the vendor pass. Throws a `Problem`. */
export function checkVendor(request: FastifyRequest, administrator: string | undefined): void {
  if (!isVendor(request, administrator))
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

/** Lets the owner of the license pass, and the vendor. Throws a `Problem` that says what is wrong with the license that was sent. */
export async function checkOwner(
  request: FastifyRequest,
  id: string,
  { administrator, keys, now }: { administrator: string | undefined; keys: JSONWebKeySet; now: number },
): Promise<void> {
  if (isVendor(request, administrator)) return
  if ((await licenseOf(request, keys, now)) !== id)
    throw new Problem(403, 'Not allowed', 'The license that was sent is another one than asked for.')
}
