/** The URL of a request, in ECS's parts. */
export interface Url {
  original: string
  full: string
  scheme: string
  domain?: string
  port?: number
  path: string
  query?: string
}

/**
 * Puts together scheme, target and Host (RFC 9112 section 3.3). `server` stands for a host that was not sent; `secure`: it was asked for
 * inside TLS. The absolute form has the last word over scheme and Host (section 3.2.2).
 */
export const urlOf = (method: string, target: string, host: string | undefined, server: string, secure: boolean): Url => {
  const scheme = secure ? 'https' : 'http'
  if (method === 'CONNECT') return withAuthority({ original: target, full: target, scheme, path: '' }, target)
  const absolute = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)/i.exec(target)
  if (absolute !== null) {
    const rest = target.slice(absolute[0].length)
    const url: Url = { original: target, full: target, scheme: absolute[1].toLowerCase(), path: '/' }
    splitPath(url, rest.startsWith('/') ? rest : `/${rest}`)
    return withAuthority(url, absolute[2].slice(absolute[2].lastIndexOf('@') + 1))
  }
  const url: Url = { original: target, full: `${scheme}://${host || server}${target === '*' ? '' : target}`, scheme, path: '' }
  splitPath(url, target)
  return withAuthority(url, host ?? '')
}

const splitPath = (url: Url, text: string): void => {
  const query = text.indexOf('?')
  url.path = query < 0 ? text : text.slice(0, query)
  if (query >= 0) url.query = text.slice(query + 1)
}

/** `host`, `host:port`, `[v6]:port`. The brackets stay, as ECS wants them. */
const withAuthority = (url: Url, authority: string): Url => {
  const colon = authority.lastIndexOf(':')
  const port =
    colon > 0 && authority.indexOf(']') < colon && /^\d{1,5}$/.test(authority.slice(colon + 1))
      ? Number(authority.slice(colon + 1))
      : undefined
  const domain = port === undefined ? authority : authority.slice(0, colon)
  if (domain !== '') url.domain = domain
  if (port !== undefined) url.port = port
  return url
}
