import { crc32, inflateRawSync } from 'node:zlib'
import { u32le } from '#engines/bytes/numbers.ts'

const HEADER = 10
const TRAILER = 8
/** FTEXT changes nothing; any other flag means a longer header. */
const FLAGS_BUT_TEXT = 0xfe
/** Deflate cannot expand more than this. */
const MOST_EXPANSION = 1032

/**
 * Undoes the most common gzip data (RFC 1952): one member with a plain header, and nothing behind it. Its trailer tells the size of
 * the output, so that one buffer of the right size is made; a decompressor for the general case costs twice as much on small bodies.
 * Undefined when the data are anything else, or damaged: then somebody else has to look.
 */
export const gunzipPlain = (bytes: Uint8Array, limit: number): Uint8Array | undefined => {
  const { length } = bytes
  if (length < HEADER + TRAILER || bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8 || (bytes[3] & FLAGS_BUT_TEXT) !== 0)
    return undefined
  const size = u32le(bytes, length - 4)
  if (size >= limit || size > length * MOST_EXPANSION) return undefined
  const raw = bytes.subarray(HEADER, length - TRAILER)
  try {
    const { buffer, engine } = inflateRawSync(raw, {
      chunkSize: Math.max(64, size + 1),
      maxOutputLength: size + 1,
      info: true,
    }) as unknown as Inflated
    const whole = engine.bytesWritten === raw.length && buffer.length === size && crc32(buffer) === u32le(bytes, length - TRAILER)
    return whole ? buffer : undefined
  } catch {
    return undefined // damaged, or longer than it says: that is the answer
  }
}

/** What `info` adds, which the types leave out. `bytesWritten` counts the input that was used. */
interface Inflated {
  buffer: Uint8Array
  engine: { bytesWritten: number }
}
