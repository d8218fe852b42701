export type Header = [string, string]

/** The value of the first header of that name, whatever its case. */
export const header = (headers: string[][], name: string): string | undefined =>
  headers.find(([given]) => given.toLowerCase() === name.toLowerCase())?.[1]

/** Headers as they went over the wire, one a line. */
export const headerLines = (headers: string[][]): string => headers.map(([name, value]) => `${name}: ${value}`).join('\n')

/** The parameters of a query as they were sent. */
export const sentParameters = (query: string): string[] => query.replace(/^\?/, '').split('&').filter(Boolean)

/** Name and value of each parameter of a query, decoded; what cannot be decoded stays as sent. */
export function parameters(query: string): Header[] {
  return sentParameters(query).map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
  })
}

function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  // decodeURIComponent throws on a stray percent sign; those are rare, and shown as sent.
  return /%(?![0-9a-f]{2})/i.test(spaced) ? spaced : tolerant(spaced)
}

function tolerant(text: string): string {
  const bytes: number[] = []
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '%') {
      bytes.push(Number.parseInt(text.slice(i + 1, i + 3), 16))
      i += 2
    } else bytes.push(...new TextEncoder().encode(text.codePointAt(i)! > 0xffff ? text.slice(i, ++i + 1) : text[i]))
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}
