import { u32be } from '../bytes/numbers.ts'
import { utf8 } from '../bytes/text.ts'
import { protobufText } from '../protobuf/text.ts'
import { COMPRESSED, HEAD, TRAILERS } from './messages.ts'

/** What a message is, where its schema is known; undefined where it is not, or the message is none of it. */
export type Named = (message: Uint8Array, compressed: boolean) => string | undefined

/** The messages of a gRPC body as text, without a schema where `named` knows none. Undefined when it is not made of messages. */
export const grpcText = (bytes: Uint8Array, named: Named = () => undefined): string | undefined => {
  const parts: string[] = []
  let at = 0
  while (at + HEAD <= bytes.length && parts.length < MOST_SHOWN) {
    const flags = bytes[at]
    if ((flags & ~(COMPRESSED | TRAILERS)) !== 0) return undefined
    const length = u32be(bytes, at + 1)
    const from = at + HEAD
    const to = Math.min(bytes.length, from + length)
    parts.push(partOf(bytes, from, to, flags, length, parts.length + 1, named))
    at = from + length
  }
  return parts.length > 0 ? parts.join('\n\n') : undefined
}
const MOST_SHOWN = 200

const partOf = (bytes: Uint8Array, from: number, to: number, flags: number, length: number, number: number, named: Named): string => {
  if ((flags & TRAILERS) !== 0) return `# trailers\n${utf8(bytes, from, to).trimEnd()}`
  const title = `# message ${number}, ${length} bytes`
  if (to - from < length) return `${title}, cut`
  const compressed = (flags & COMPRESSED) !== 0
  const known = named(bytes.subarray(from, to), compressed)
  if (known !== undefined) return `${title}\n${known}`
  if (compressed) return `${title}, compressed`
  return `${title}\n${protobufText(bytes, from, to) ?? '(not protobuf)'}`
}
