import { u32be } from '../bytes/numbers.ts'
import { utf8 } from '../bytes/text.ts'
import { protobufText } from '../protobuf/text.ts'
import { COMPRESSED, HEAD, TRAILERS } from './messages.ts'

/** What is known of messages beside their bytes; each answers undefined where it cannot. */
export interface Known {
  /** A message by its schema. */
  named(message: Uint8Array): string | undefined
  /** A compressed message, as it was before. */
  plain(message: Uint8Array): Uint8Array | undefined
}

const NOTHING: Known = { named: () => undefined, plain: () => undefined }

/** The messages of a gRPC body as text, by field numbers where `known` has no schema. Undefined when it is not made of messages. */
export const grpcText = (bytes: Uint8Array, known: Known = NOTHING): string | undefined => {
  const parts: string[] = []
  let at = 0
  while (at + HEAD <= bytes.length && parts.length < MOST_SHOWN) {
    const flags = bytes[at]
    if ((flags & ~(COMPRESSED | TRAILERS)) !== 0) return undefined
    const length = u32be(bytes, at + 1)
    const from = at + HEAD
    const to = Math.min(bytes.length, from + length)
    parts.push(partOf(bytes, from, to, flags, length, parts.length + 1, known))
    at = from + length
  }
  return parts.length > 0 ? parts.join('\n\n') : undefined
}
const MOST_SHOWN = 200

const partOf = (bytes: Uint8Array, from: number, to: number, flags: number, length: number, number: number, known: Known): string => {
  if ((flags & TRAILERS) !== 0) return `# trailers\n${utf8(bytes, from, to).trimEnd()}`
  const title = `# message ${number}, ${length} bytes`
  if (to - from < length) return `${title}, cut`
  const compressed = (flags & COMPRESSED) !== 0
  const sent = bytes.subarray(from, to)
  const message = compressed ? known.plain(sent) : sent
  if (message === undefined) return `${title}, compressed`
  return `${title}\n${known.named(message) ?? protobufText(message, 0, message.length) ?? '(not protobuf)'}`
}
