import { grpcText } from '#engines/grpc/text.ts'
import { fromBase64 as fromGrpcText } from '#engines/grpc/web.ts'
import { charsetOf } from '#engines/media/charset.ts'
import { parameterOf } from '#engines/media/multipart.ts'
import { protobufText } from '#engines/protobuf/text.ts'
import { toBase64 } from '../copy/request.ts'
import { fromBase64 } from '../hex.ts'

/** How a body can be shown; the first of a list is the usual one. `page` is rendered by the server's leave alone, where nothing can run. */
export type Form = 'tree' | 'laid out' | 'page' | 'image' | 'fields' | 'parts' | 'events' | 'table' | 'text' | 'hex'

/** A body as it was kept. */
export interface Kept {
  content: string
  encoding?: 'utf-8' | 'base64'
  /** The whole media type, with its parameters. */
  type: string
}

export type Language = 'json' | 'xml' | 'html' | 'text'

/** A body, read as far as asked. */
export class Content {
  readonly type: string
  readonly essence: string
  /** Undefined: the bytes are not text. */
  readonly text: string | undefined
  /** Of which characters the text was made, when that was not UTF-8. */
  readonly charset: string | undefined
  #kept: Kept
  #bytes: Uint8Array | undefined

  constructor(kept: Kept) {
    this.#kept = kept
    this.type = kept.type
    this.essence = kept.type.split(';')[0].trim().toLowerCase()
    const charset = parameterOf(kept.type, 'charset') ?? (kept.encoding === 'base64' ? charsetOf(this.bytes, kept.type) : undefined)
    const told = kept.encoding === 'base64' ? decode(this.bytes, charset, this.essence) : undefined
    this.text = kept.encoding === 'base64' ? told : kept.content
    this.charset = told === undefined ? undefined : charset
  }

  get bytes(): Uint8Array {
    this.#bytes ??= this.#kept.encoding === 'base64' ? fromBase64(this.#kept.content) : new TextEncoder().encode(this.#kept.content)
    return this.#bytes
  }

  get base64(): string {
    return this.#kept.encoding === 'base64' ? this.#kept.content : toBase64(this.bytes)
  }
}

/** Text in the characters that its sender named, or that it names itself. What is said to be binary is left so. */
function decode(bytes: Uint8Array, charset: string | undefined, essence: string): string | undefined {
  if (!charset || /^(image|audio|video|font)\/(?!svg)/.test(essence)) return undefined
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** The forms that a body can take. */
export function formsOf(content: Content): Form[] {
  const { text, essence } = content
  if (imageType(content)) return text === undefined ? ['image', 'hex'] : ['image', 'laid out', 'text', 'hex']
  if (isProtobuf(essence)) return ['laid out', ...(text === undefined ? [] : (['text'] as const)), 'hex']
  if (essence.startsWith('multipart/')) return ['parts', ...(text === undefined ? [] : (['text'] as const)), 'hex']
  if (text === undefined) return ['hex']
  const language = languageOf(essence, text)
  if (language === 'json') return ['tree', 'laid out', 'text', 'hex']
  if (language === 'html') return ['laid out', 'page', 'hex']
  if (language === 'xml') return ['laid out', 'text', 'hex']
  if (essence === 'application/x-www-form-urlencoded') return ['fields', 'text', 'hex']
  if (essence === 'text/event-stream') return ['events', 'text', 'hex']
  if (/^(text|application)\/(csv|tab-separated-values)$/.test(essence)) return ['table', 'text', 'hex']
  return ['text', 'hex']
}

/** First bytes in hex, any where a dot is. */
const MAGIC: [string, RegExp][] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^4749463839|^4749463837/],
  ['image/webp', /^52494646.{8}57454250/],
  ['image/avif', /^.{8}6674797061766966/],
  ['image/bmp', /^424d.{8}00000000/],
  ['image/x-icon', /^00000100[01].00/],
]

/** The type of an image that browsers draw, by its first bytes; SVG by what it says it is. Undefined: none. */
export function imageType({ essence, text, bytes }: Content): string | undefined {
  if (essence === 'image/svg+xml') return text === undefined ? undefined : essence
  if (text !== undefined && !/^image\//.test(essence)) return undefined
  const start = Array.from(bytes.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return MAGIC.find(([, form]) => form.test(start))?.[0]
}

export const isProtobuf = (essence: string): boolean => /^application\/(grpc|(x-|vnd\.google\.)?protobuf)(?![a-z0-9])/.test(essence)

/** Laying out more than this on the page's thread could be felt. */
const LAID_OUT = 2_000_000

/** Messages of protobuf, alone or in gRPC's frames, by field numbers and guessed types; undefined when they are something else. */
export function protobuf({ essence, text, bytes }: Content): string | undefined {
  if (bytes.length > LAID_OUT) return undefined
  if (essence.startsWith('application/grpc-web-text')) return text === undefined ? undefined : grpcText(fromGrpcText(text))
  return essence.startsWith('application/grpc') ? grpcText(bytes) : protobufText(bytes, 0, bytes.length)
}

/** By the media type, and where that is missing or says nothing, by how the text begins. */
export function languageOf(essence: string, text: string): Language {
  if (/[/+-](json|ndjson|jsonl|jsonlines|json-seq)$/.test(essence)) return 'json'
  if (essence === 'text/html' || essence === 'application/xhtml+xml') return 'html'
  if (/[/+]xml$/.test(essence)) return 'xml'
  if (essence !== '' && essence !== 'text/plain' && essence !== 'application/octet-stream') return 'text'
  const start = text.trimStart().slice(0, 200)
  if (/^(\{\s*["}]|\[\s*[[{"\]\d-])/.test(start)) return 'json'
  if (/^<(!doctype html|html)/i.test(start)) return 'html'
  return start.startsWith('<?xml') ? 'xml' : 'text'
}
