const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** A body's content as a document carries it: text when it is UTF-8 without control characters that text does not have, else base64. A character cut by the end of a beginning is left out. */
export const contentOf = (bytes: Uint8Array, truncated: boolean): { content: string; encoding: 'utf-8' | 'base64' } => {
  const text = textOf(truncated ? bytes.subarray(0, wholeCharacters(bytes)) : bytes)
  if (text !== undefined) return { content: text, encoding: 'utf-8' }
  return { content: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64'), encoding: 'base64' }
}

const textOf = (bytes: Uint8Array): string | undefined => {
  for (let i = 0; i < bytes.length; i++) if (bytes[i] < 32 && (bytes[i] < 9 || bytes[i] > 13)) return undefined
  try {
    return strict.decode(bytes)
  } catch {
    return undefined // not UTF-8: that is the answer
  }
}

/** Up to where the bytes hold whole characters: less than the length when the last one is cut. */
const wholeCharacters = (bytes: Uint8Array): number => {
  const { length } = bytes
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back]
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? length - back : length
    if (byte < 0x80) return length
  }
  return length
}
