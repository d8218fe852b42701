import { fitsArgument, headerOf, noted, piped, quote, type Sent } from './request.ts'

/** The request as a curl command for a POSIX shell. Headers that curl adds by itself are taken out unless they were sent. */
export function toCurl(sent: Sent): string {
  const { method, url, headers, body } = sent
  const words = [`curl ${quote(url)}`]
  if (/[[\]{}]/.test(url)) words.push('--globoff')
  if (/\/\.\.?(\/|$|\?)/.test(url)) words.push('--path-as-is')
  if (method === 'HEAD' && !body) words.push('--head')
  else if (method !== (body ? 'POST' : 'GET')) words.push(`-X ${quote(method)}`)
  for (const [name, value] of headers) words.push(`-H ${quote(value === '' ? `${name};` : `${name}: ${value}`)}`)
  const added = ['User-Agent', 'Accept', ...(body ? ['Content-Type', 'Expect'] : [])]
  for (const name of added) if (name === 'Expect' ? body!.length > 1_000_000 : !given(sent, name)) words.push(`-H '${name}:'`)
  if (given(sent, 'Accept-Encoding')) words.push('--compressed')
  if (!body) return noted(sent, '#', words.join(' \\\n  '))
  if (fitsArgument(body)) return noted(sent, '#', [...words, `--data-raw ${quote(body.text)}`].join(' \\\n  '))
  return noted(sent, '#', piped(body) + [...words, '--data-binary @-'].join(' \\\n  '))
}

const given = (sent: Sent, name: string): boolean => headerOf(sent, name.toLowerCase()) !== undefined
