import type { ExchangeDocument } from '#events/documents/exchange.ts'

/** Headers that curl writes itself from the URL and the body. */
const OWN = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'accept-encoding', 'expect'])

/** The request as a command for a POSIX shell. Comments say what of it could not be written down. */
export function toCurl(call: ExchangeDocument): string {
  const request = call.http?.request
  if (!request || !call.url) return '# the request was not captured'
  const words = [`curl ${quote(call.url.full)}`]
  if (request.method === 'HEAD') words.push('--head')
  else if (request.method !== (hasBody(request.body) ? 'POST' : 'GET')) words.push(`-X ${quote(request.method)}`)
  const coded = request.headers.some(([name]) => name.toLowerCase() === 'content-encoding')
  for (const [name, value] of request.headers) {
    if (OWN.has(name.toLowerCase()) || name.toLowerCase() === 'content-encoding') continue
    words.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`)
  }
  if (request.headers.some(([name]) => name.toLowerCase() === 'accept-encoding')) words.push('--compressed')
  const notes: string[] = []
  if (coded) notes.push('# the body was sent with a content coding, and is sent as it is here')
  if (hasBody(request.body)) {
    if (request.body.content === undefined) notes.push('# the body was not kept')
    else {
      if (request.body.truncated) notes.push('# only the beginning of the body was kept')
      words.push(request.body.encoding === 'base64' ? '--data-binary @-' : `--data-raw ${quote(request.body.content)}`)
    }
  }
  const binary =
    request.body.content !== undefined && request.body.encoding === 'base64'
      ? `printf %s ${quote(request.body.content)} | base64 -d | `
      : ''
  return [...notes, binary + words.join(' \\\n  ')].join('\n')
}

const hasBody = (body: { bytes: number }): boolean => body.bytes > 0

/** In single quotes, which nothing but a single quote ends. */
const quote = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
