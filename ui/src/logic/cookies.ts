import { duration } from './format.ts'
import type { Header } from './headers.ts'

/** The cookies that a client sends (RFC 6265, section 5.4), of all its `cookie` headers. */
export const cookiesOf = (headers: string[][]): Header[] =>
  headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '')
    .map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? ['', pair] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]
    })

/** A cookie that a server sets, and what that means. */
export interface SetCookie {
  name: string
  value: string
  attributes: Header[]
  /** How long it lives, to whom it is sent. */
  meaning: string[]
  /** What a browser would refuse it for, or an attacker be glad of. */
  warnings: string[]
}

/** The cookies of `set-cookie` headers (RFC 6265, section 4.1; prefixes and SameSite: RFC 6265bis). `at`: ms since 1970. */
export const setCookies = (headers: string[][], at: number): SetCookie[] =>
  headers.filter(([name]) => name.toLowerCase() === 'set-cookie').map(([, value]) => setCookie(value, at))

function setCookie(text: string, at: number): SetCookie {
  const [first, ...rest] = text.split(';').map((part) => part.trim())
  const [name, value] = pair(first)
  const attributes = rest.filter((part) => part !== '').map(pair)
  const get = (wanted: string): string | undefined => attributes.findLast(([given]) => given.toLowerCase() === wanted)?.[1]
  const [secure, domain, path, site] = [get('secure') !== undefined, get('domain'), get('path'), get('samesite')?.toLowerCase()]
  const warnings = [
    ...(site === 'none' && !secure ? ['SameSite=None without Secure: browsers refuse it'] : []),
    ...(/^__secure-/i.test(name) && !secure ? ['the prefix __Secure- without Secure: browsers refuse it'] : []),
    ...(/^__host-/i.test(name) && (!secure || domain !== undefined || path !== '/')
      ? ['the prefix __Host- needs Secure, Path=/ and no Domain: browsers refuse it']
      : []),
    ...(get('partitioned') !== undefined && !secure ? ['Partitioned without Secure: browsers refuse it'] : []),
    ...(/sess|token|auth|jwt|sid/i.test(name) && get('httponly') === undefined ? ['scripts of the page can read it: no HttpOnly'] : []),
  ]
  return {
    name,
    value,
    attributes,
    meaning: [
      lifetime(get('max-age'), get('expires'), at),
      domain ? `sent to ${domain.replace(/^\./, '')} and hosts below it` : 'sent to this host only',
      ...(path && path !== '/' ? [`for paths below ${path}`] : []),
      ...(secure ? ['over TLS only'] : []),
      site === 'strict'
        ? 'not when coming from another site'
        : site === 'none'
          ? 'also from other sites'
          : 'from other sites only when a link is followed',
    ],
    warnings,
  }
}

function lifetime(maxAge: string | undefined, expires: string | undefined, at: number): string {
  const seconds =
    maxAge !== undefined && /^-?\d+$/.test(maxAge) ? Number(maxAge) : expires === undefined ? undefined : (Date.parse(expires) - at) / 1000
  if (seconds === undefined || Number.isNaN(seconds)) return 'lives until the browser is closed'
  return seconds <= 0 ? 'deletes the cookie' : `lives ${duration(Math.round(seconds) * 1_000_000)}`
}

function pair(text: string): Header {
  const equals = text.indexOf('=')
  return equals < 0 ? [text, ''] : [text.slice(0, equals).trim(), text.slice(equals + 1).trim()]
}
