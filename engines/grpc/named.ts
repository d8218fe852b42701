import { latin1 } from '../bytes/text.ts'
import type { Codecs } from '../http/facts.ts'
import { isGrpc, isGrpcText } from './grpc.ts'
import { grpcText } from './text.ts'
import { fromBase64 } from './web.ts'

/** What a compressed message may expand to, in bytes. */
const LARGEST = 4 * 1024 * 1024

/** What knows the fields of messages by name; undefined: not those of this method, or the bytes are none of its messages. */
export interface MessageNames {
  message(method: string, direction: 'request' | 'response', bytes: Uint8Array): string | undefined
}

/** Of which direction of which method (`/package.Service/Method`) a body is, with its content type and `grpc-encoding`. */
export interface BodyOf {
  method: string
  direction: 'request' | 'response'
  type: string | undefined
  coding: string | undefined
}

/** The messages of a body of gRPC or gRPC-Web as text, compressed ones too: with names of fields where they are known, else with their numbers. Undefined: it is no such body. */
export const grpcMessages = (
  content: Uint8Array,
  { method, direction, type, coding }: BodyOf,
  names: MessageNames,
  codecs: Codecs,
): string | undefined => {
  if (!isGrpc(type)) return undefined
  const undo = coding === undefined ? undefined : codecs.decoder(coding)
  return grpcText(isGrpcText(type) ? fromBase64(latin1(content, 0, content.length)) : content, {
    named: (bytes) => names.message(method, direction, bytes),
    plain(bytes) {
      try {
        return undo?.(bytes, LARGEST)
      } catch {
        return undefined // bad, or a bomb: it is shown as compressed
      }
    },
  })
}
