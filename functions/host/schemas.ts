import { grpcMessages } from '#engines/grpc/named.ts'
import type { QueryPorts } from '../query/ports.ts'

/** Reads messages of gRPC with these schemas (files or folders). They are loaded when the first are asked for: protobufjs is not needed before. */
export function messagesBy(paths: readonly string[]): NonNullable<QueryPorts['messages']> {
  let loading: ReturnType<typeof load> | undefined
  return async (content, of) => {
    loading ??= load(paths)
    const { schemas, codecs } = await loading
    return grpcMessages(content, of, schemas, codecs)
  }
}

async function load(paths: readonly string[]) {
  const { loadCodecs } = await import('#adapters/crypto/codecs.ts')
  if (paths.length === 0) return { schemas: { message: () => undefined }, codecs: await loadCodecs() }
  const { loadSchemas } = await import('#adapters/schemas/protobufjs/schemas.ts')
  return { schemas: await loadSchemas(paths), codecs: await loadCodecs() }
}
