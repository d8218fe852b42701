const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A value as the state keeps it. */
export const encodeJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))
export const decodeJson = <Value>(bytes: Uint8Array): Value => JSON.parse(decoder.decode(bytes)) as Value
