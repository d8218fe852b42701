import { grpcMessages } from '#engines/grpc/named.ts'
import type { QueryPorts } from '../query/ports.ts'

/** Reads messages of gRPC with these schemas (files or folders). They are loaded when the first are asked for, or by `load`: protobufjs is not needed before. */
export function messagesBy(paths: readonly string[]): { messages: NonNullable<QueryPorts['messages']>; load(): Promise<unknown> } {
  let loading: ReturnType<typeof loadAll> | undefined
  const load = () => (loading ??= loadAll(paths))
  return {
    load,
    async messages(content, of) {
      const { schemas, codecs } = await load()
      return grpcMessages(content, of, schemas, codecs)
    },
  }
}

async function loadAll(paths: readonly string[]) {
  const { loadCodecs } = await import('#adapters/crypto/codecs.ts')
  if (paths.length === 0) return { schemas: { message: () => undefined }, codecs: await loadCodecs() }
  const { loadSchemas } = await import('#adapters/schemas/protobufjs/schemas.ts')
  return { schemas: await loadSchemas(paths), codecs: await loadCodecs() }
}
