import { fromUtf8, utf8 } from '../bytes/text.ts'

/** The parameters of a query, or of a form in its characters, as they were sent. */
export const sentParameters = (query: string): string[] => query.replace(/^\?/, '').split('&').filter(Boolean)

/** Name and value of each parameter, decoded (URL Standard, section 5.1); what cannot be decoded stays as sent. */
export const parameters = (query: string): [string, string][] =>
  sentParameters(query).map((pair) => {
    const equals = pair.indexOf('=')
    return equals < 0 ? [decode(pair), ''] : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))]
  })

/** A stray percent sign is rare, and shown as sent with all around it. */
const decode = (text: string): string => {
  const spaced = text.replaceAll('+', ' ')
  return !spaced.includes('%') || /%(?![0-9a-f]{2})/i.test(spaced) ? spaced : unescaped(spaced)
}

const unescaped = (text: string): string => {
  const bytes = fromUtf8(text)
  let length = 0
  for (let at = 0; at < bytes.length; at++) {
    const escaped = bytes[at] === PERCENT
    bytes[length++] = escaped ? Number.parseInt(String.fromCharCode(bytes[at + 1], bytes[at + 2]), 16) : bytes[at]
    if (escaped) at += 2
  }
  return utf8(bytes, 0, length)
}

const PERCENT = 37
