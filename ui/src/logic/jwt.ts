import { duration } from './format.ts'

/** A JSON Web Token (RFC 7519), read and never verified. */
export interface Token {
  /** Laid out as JSON, with all digits. */
  header: string
  claims: string
  /** What its times say, at the time of the call. */
  times: string[]
  /** Whether it was past its end, or not valid yet, when it was sent. */
  valid: boolean
  signed: boolean
}

const FORM = /\beyJ[\w-]{5,16000}\.[\w-]{2,64000}\.[\w-]{0,16000}/

/** The token in a text, such as the value of a header or a cookie. */
export const findToken = (text: string): string | undefined => FORM.exec(text)?.[0]

/** Reads a token. Undefined: what looks like one is none. `at`: when it was sent, ms since 1970. */
export function readToken(token: string, at: number): Token | undefined {
  const [head, body, signature] = token.split('.')
  const header = objectOf(head)
  const claims = objectOf(body)
  if (!header || !claims) return undefined
  const { exp, nbf } = claims.values
  return {
    header: header.text,
    claims: claims.text,
    times: Object.entries(TIMES).flatMap(([name, say]) => (isTime(claims.values[name]) ? [say(claims.values[name] * 1000, at)] : [])),
    valid: !(isTime(exp) && exp * 1000 <= at) && !(isTime(nbf) && nbf * 1000 > at),
    signed: signature !== '' && String(header.values.alg).toLowerCase() !== 'none',
  }
}

/** Claims that are times (RFC 7519, section 4.1; OpenID Connect Core, section 2). */
const TIMES: Record<string, (ms: number, at: number) => string> = {
  iat: (ms, at) => `issued ${moment(ms)}, ${apart(ms, at)}`,
  auth_time: (ms, at) => `the user logged in ${moment(ms)}, ${apart(ms, at)}`,
  nbf: (ms, at) => (ms > at ? `not valid yet: from ${moment(ms)}, ${apart(ms, at)}` : `valid from ${moment(ms)}`),
  exp: (ms, at) => (ms <= at ? `expired ${moment(ms)}, ${apart(ms, at)}` : `expires ${moment(ms)}, ${apart(ms, at)}`),
}

const LATEST = 8.64e12
const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && Math.abs(value) < LATEST
const moment = (ms: number): string =>
  new Date(ms)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.000Z$/, ' UTC')
const apart = (ms: number, at: number): string =>
  Math.abs(ms - at) < 1000 ? 'at the time of the call' : `${duration(Math.abs(ms - at) * 1000)} ${ms < at ? 'before' : 'after'} the call`

function objectOf(part: string): { text: string; values: Record<string, unknown> } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(atob(part.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
    )
    const values: unknown = JSON.parse(text)
    return typeof values === 'object' && values !== null && !Array.isArray(values)
      ? { text, values: values as Record<string, unknown> }
      : undefined
  } catch {
    return undefined
  }
}
