import { brotliDecompressSync, constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Codecs } from '#engines/http/facts.ts'
import { gunzipPlain } from './gzip.ts'

type Decode = (bytes: Uint8Array, limit: number) => Uint8Array
type Decompress = (bytes: Uint8Array, options: { maxOutputLength: number; finishFlush?: number }) => Uint8Array

/** Bad data. `decoded` is what could be undone before it. */
export class BadData extends Error {
  override name = 'BadData'
  readonly decoded: Uint8Array | undefined
  constructor(cause: unknown, decoded: Uint8Array | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.decoded = decoded
  }
}

/** Larger bodies are not searched for the part that can be undone: each step of the search is a pass over them. */
const SEARCHED = 1024 * 1024

const isTooLarge = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'

/**
 * Undoes one coding. Throws `RangeError` when the result would exceed the limit, else `BadData`. What can be undone of damaged data
 * is found by halving: `flush` lets a decoder answer what it has at the end of its input.
 */
const decoder =
  (decompress: Decompress, flush: number): Decode =>
  (bytes, limit) => {
    try {
      return decompress(bytes, { maxOutputLength: limit })
    } catch (error) {
      if (isTooLarge(error)) throw new RangeError('the decoded body is larger than the limit')
      throw new BadData(error, bytes.length > SEARCHED ? undefined : longestBeginning(decompress, flush, bytes, limit))
    }
  }

const longestBeginning = (decompress: Decompress, flush: number, bytes: Uint8Array, limit: number): Uint8Array | undefined => {
  const attempt = (length: number): Uint8Array | undefined => {
    try {
      return decompress(bytes.subarray(0, length), { maxOutputLength: limit, finishFlush: flush })
    } catch {
      return undefined // not undone: that is the answer
    }
  }
  let [good, bad] = [0, bytes.length + 1]
  let longest: Uint8Array | undefined
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    const decoded = attempt(middle)
    if (decoded === undefined) bad = middle
    else {
      good = middle
      longest = decoded
    }
  }
  return longest
}

/** `deflate` means a zlib stream (RFC 9110 section 8.4.1.2), but some send the bare deflate data. A zlib header tells: method 8, and a multiple of 31. */
const inflateEither: Decompress = (bytes, options) => {
  const isZlib = bytes.length >= 2 && (bytes[0] & 0x0f) === 8 && ((bytes[0] << 8) | bytes[1]) % 31 === 0
  return isZlib ? inflateSync(bytes, options) : inflateRawSync(bytes, options)
}

const gunzip = decoder(gunzipSync, constants.Z_SYNC_FLUSH)
const gzip: Decode = (bytes, limit) => gunzipPlain(bytes, limit) ?? gunzip(bytes, limit)
const decoders: Record<string, Decode> = {
  gzip,
  'x-gzip': gzip,
  deflate: decoder(inflateEither, constants.Z_SYNC_FLUSH),
  br: decoder(brotliDecompressSync, constants.BROTLI_OPERATION_FLUSH),
  zstd: decoder(zstdDecompressSync, constants.ZSTD_e_flush),
}

export const decoderOf = (coding: string): Decode | undefined => (Object.hasOwn(decoders, coding) ? decoders[coding] : undefined)

/** Undoes raw deflate data that go on from `dictionary`, and need not end. Throws as a decoder does. */
export const inflateRaw: Codecs['inflateRaw'] = (bytes, dictionary, limit) => {
  const behind = dictionary.length === 0 ? {} : { dictionary }
  const inflate: Decompress = (data, options) => inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, ...options, ...behind })
  return decoder(inflate, constants.Z_SYNC_FLUSH)(bytes, limit)
}
