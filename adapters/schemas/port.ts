/** What is known of messages of protobuf by their schemas. */
export interface Schemas {
  /** Names of the methods that are known, as gRPC has them in its paths: `/package.Service/Method`. */
  readonly methods: readonly string[]
  /**
   * A message of this method as JSON (the protobuf JSON mapping, but 64-bit numbers as text and bytes in base64), fields by name.
   * Undefined: the method is not known, or the bytes are none of its messages. Never throws.
   */
  message(method: string, direction: 'request' | 'response', bytes: Uint8Array): string | undefined
}

/** A schema that cannot be used: one sentence that says which and why. */
export class SchemaRefused extends Error {}
