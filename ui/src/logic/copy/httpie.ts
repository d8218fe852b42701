import { fitsArgument, headerOf, noted, piped, quote, type Sent } from './request.ts'

/** The request as an HTTPie command for a POSIX shell (HTTPie 2.5 or later, for `--raw`). */
export function toHttpie(sent: Sent): string {
  const { method, url, headers, body } = sent
  const words = [`${quote(method)} ${quote(url)}`]
  for (const [name, value] of headers) words.push(quote(item(name, value)))
  for (const name of ['User-Agent', 'Accept', 'Accept-Encoding', ...(body ? ['Content-Type'] : [])])
    if (headerOf(sent, name.toLowerCase()) === undefined) words.push(`${name}:`)
  const options = /\/\.\.?(\/|$|\?)/.test(url) ? '--path-as-is ' : ''
  if (body && !fitsArgument(body)) return noted(sent, '#', `${piped(body)}http ${options}${words.join(' \\\n  ')}`)
  const raw = body ? [`--raw ${quote(body.text as string)}`] : []
  return noted(sent, '#', `http --ignore-stdin ${options}${[...words, ...raw].join(' \\\n  ')}`)
}

/** HTTPie reads `:=` and `:@` as something else than a header. */
const item = (name: string, value: string): string => (value === '' ? `${name};` : `${name}:${value.replace(/^[=@:;]/, '\\$&')}`)
