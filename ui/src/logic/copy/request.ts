import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { Header } from '../headers.ts'
import { fromBase64 } from '../hex.ts'

/** A captured HTTP request, ready to be written down for a tool. */
export interface Sent {
  method: string
  url: string
  /** As sent, without those that a tool writes itself from URL and body. */
  headers: Header[]
  /** Undefined: none was sent, or it was not kept. */
  body: Body | undefined
  /** What of the request could not be written down, a sentence each. */
  notes: string[]
}

/** `text` is undefined when the bytes are not text that can stand in a command: binary, or with a NUL. */
export interface Body {
  text: string | undefined
  base64: string
  length: number
}

/** Headers that every tool writes itself from the URL, the body and the connection. */
const OWN = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'expect',
  'te',
  'trailer',
  'upgrade',
  'http2-settings',
])

/** The request of a call; undefined when it was not captured. */
export function sent(call: ExchangeDocument): Sent | undefined {
  const request = call.http?.request
  if (!request || !call.url) return undefined
  const notes: string[] = []
  const coded = request.headers.some(([name]) => name.toLowerCase() === 'content-encoding')
  const kept = request.body.content !== undefined
  // A body whose coding could not be undone is kept as it was on the wire, and so keeps its header.
  const undone = coded && request.body.bytes > 0 && !request.body.undecoded
  if (undone) notes.push('the body was sent with a content coding, and is sent as it is here')
  if (request.body.bytes > 0 && !kept) notes.push('the body was not kept')
  if (request.body.truncated && kept) notes.push('only the beginning of the body was kept')
  if (request.trailers?.length) notes.push('trailers were sent, and are left out')
  const host = request.headers.find(([name]) => name.toLowerCase() === 'host')?.[1]
  const authority = host !== undefined && URL.canParse(call.url.full) && new URL(call.url.full).host !== host.toLowerCase()
  const headers = request.headers.filter(([name]) => {
    const lower = name.toLowerCase()
    if (lower === 'host') return authority && host !== '' && !sameAuthority(call.url!.full, host!)
    return !lower.startsWith(':') && !OWN.has(lower) && !(undone && lower === 'content-encoding')
  }) as Header[]
  return { method: request.method, url: call.url.full, headers, body: bodyOf(request.body), notes }
}

/** A port that the scheme implies may be written or not. */
const sameAuthority = (url: string, host: string): boolean => {
  const { protocol } = new URL(url)
  return URL.canParse(`${protocol}//${host}`) && new URL(`${protocol}//${host}`).host === new URL(url).host
}

export const headerOf = ({ headers }: Sent, name: string): string | undefined =>
  headers.find(([given]) => given.toLowerCase() === name)?.[1]

function bodyOf({ content, encoding }: { content?: string; encoding?: string }): Body | undefined {
  if (content === undefined || content === '') return undefined
  if (encoding === 'base64') return { text: undefined, base64: content, length: fromBase64(content).length }
  const bytes = new TextEncoder().encode(content)
  return { text: content.includes('\0') ? undefined : content, base64: toBase64(bytes), length: bytes.length }
}

const STEP = 0x8000

/** Base64 of bytes (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP))
  return btoa(text)
}

/** The bytes of a body. */
export const bytesOf = (body: Body): Uint8Array => fromBase64(body.base64)

/** In single quotes, which in a POSIX shell nothing but a single quote ends. */
export const quote = (text: string): string => (/^[\w@%+:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)

/** Linux takes no argument above 128 KiB; what is longer goes through a pipe. */
const LONGEST_ARGUMENT = 100_000

/** Whether a body can be an argument of a command. */
export const fitsArgument = (body: Body): body is Body & { text: string } => body.text !== undefined && body.length <= LONGEST_ARGUMENT

/** The beginning of a pipeline that writes a body. `printf` is part of the shell, and knows no longest argument. */
export const piped = (body: Body): string =>
  body.text === undefined ? `printf %s ${quote(body.base64)} | base64 -d | ` : `printf %s ${quote(body.text)} | `

export const noted = (sent: Sent, mark: string, text: string): string => [...sent.notes.map((note) => `${mark} ${note}`), text].join('\n')
