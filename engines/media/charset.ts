import { latin1 } from '../bytes/text.ts'

/** HTML says its character set in its first 1024 bytes (HTML Living Standard, section 4.2.5.4). */
const LOOKED_AT = 1024

/**
 * The name of the characters that a text is in, in lower case: by its byte order mark, by its media type (RFC 9110 section 8.3.2), or by
 * what HTML and XML say of themselves. Undefined: nobody says.
 */
export const charsetOf = (bytes: Uint8Array, type: string): string | undefined => {
  const marked = byMark(bytes)
  if (marked !== undefined) return marked
  const [, named] = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type) ?? []
  if (named !== undefined) return named.toLowerCase()
  const start = latin1(bytes, 0, Math.min(bytes.length, LOOKED_AT))
  const [, told] = (/^\s*(text\/html|application\/xhtml\+xml)/i.test(type) ? IN_HTML.exec(start) : undefined) ?? []
  const [, declared] = (/^\s*[^\s;]+[/+](xml|html)/i.test(type) ? IN_XML.exec(start) : undefined) ?? []
  return (told ?? declared)?.toLowerCase()
}

const IN_HTML = /<meta\s[^>]{0,200}?charset\s*=\s*["']?([\w:.-]+)/i
const IN_XML = /^<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([\w:.-]+)/

/** Encoding Standard, section 6.1. */
const byMark = (bytes: Uint8Array): string | undefined => {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : undefined
}
