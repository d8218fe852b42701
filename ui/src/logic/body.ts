import { grpcText } from '#engines/grpc/text.ts'
import { fromBase64 as fromGrpcText } from '#engines/grpc/web.ts'
import { protobufText } from '#engines/protobuf/text.ts'
import { type Header, parameters } from './headers.ts'
import { fromBase64 } from './hex.ts'
import { layoutJson } from './json.ts'
import { layoutXml } from './xml.ts'

/** How a body can be shown. Text is shown, never run: no form of HTML, script or image reaches the document. */
export type Shown =
  | { form: 'code'; language: 'json' | 'xml' | 'html' | 'text'; text: string }
  | { form: 'pairs'; pairs: Header[] }
  | { form: 'hex'; base64: string }

export interface BodyContent {
  content: string
  encoding?: 'utf-8' | 'base64'
}

/** Laying out more than this on the page's thread could be felt; larger bodies are shown as they are. */
const LAID_OUT = 2_000_000

export function show({ content, encoding }: BodyContent, mime: string | undefined, pretty: boolean): Shown {
  const message = pretty ? protobuf({ content, encoding }, mime) : undefined
  if (message !== undefined) return { form: 'code', language: 'text', text: message }
  if (encoding === 'base64') return { form: 'hex', base64: content }
  const language = languageOf(mime, content)
  if (language === 'form')
    return pretty ? { form: 'pairs', pairs: parameters(content.trim()) } : { form: 'code', language: 'text', text: content }
  const lay = pretty && content.length <= LAID_OUT ? { json: layoutJson, xml: layoutXml, html: asIs, text: asIs }[language] : asIs
  return { form: 'code', language, text: lay(content) }
}

/** Whether a body can be laid out though it is not text. */
export const isProtobuf = (mime: string | undefined): boolean =>
  /^application\/(grpc|(x-|vnd\.google\.)?protobuf)(?![a-z0-9])/i.test(mime ?? '')

/** Messages of protobuf, alone or in gRPC's frames, by field numbers and guessed types; undefined when it is something else. */
function protobuf({ content, encoding }: BodyContent, mime: string | undefined): string | undefined {
  if (!isProtobuf(mime) || content.length > LAID_OUT) return undefined
  if (/^application\/grpc-web-text/i.test(mime!)) return grpcText(fromGrpcText(content))
  const bytes = encoding === 'base64' ? fromBase64(content) : new TextEncoder().encode(content)
  return /^application\/grpc/i.test(mime!) ? grpcText(bytes) : protobufText(bytes, 0, bytes.length)
}

const asIs = (text: string): string => text

/** By the media type, and where that is missing or says nothing, by how the content begins. */
function languageOf(mime: string | undefined, content: string): 'json' | 'xml' | 'html' | 'form' | 'text' {
  const type = (mime ?? '').split(';')[0].trim().toLowerCase()
  if (type === 'application/x-www-form-urlencoded') return 'form'
  if (/[/+-](json|ndjson|json-seq)$/.test(type)) return 'json'
  if (type === 'text/html' || type === 'application/xhtml+xml') return 'html'
  if (/[/+]xml$/.test(type)) return 'xml'
  if (type !== '' && type !== 'text/plain' && type !== 'application/octet-stream') return 'text'
  const start = content.trimStart().slice(0, 200)
  if (/^(\{\s*["}]|\[\s*[[{"\]\d-])/.test(start)) return 'json'
  if (/^<(!doctype html|html)/i.test(start)) return 'html'
  return start.startsWith('<?xml') ? 'xml' : 'text'
}
