const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** The bytes `start`..`end` in lower-case hex. */
export const hex = (bytes: Uint8Array, start = 0, end = bytes.length): string => {
  let text = ''
  for (let i = start; i < end; i++) text += PAIRS[bytes[i]]
  return text
}

const DIGITS = /^(?:[0-9a-f]{2})*$/i

/** The bytes that pairs of hex digits say, in either case; undefined when it is not that. */
export const fromHex = (text: string): Uint8Array | undefined => {
  if (!DIGITS.test(text)) return undefined
  const bytes = new Uint8Array(text.length / 2)
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(text.slice(2 * i, 2 * i + 2), 16)
  return bytes
}
