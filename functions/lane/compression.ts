import { pipeline, Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createZstdDecompress, zstdCompress, zstdDecompress } from 'node:zlib'

/** The fastest level is enough for what is read seldom; a large output buffer saves round trips to the thread pool. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 256 << 10 }

const zstd = promisify(zstdCompress)
const unzstd = promisify(zstdDecompress)

/** How blocks lie in the blob store: zstd (RFC 8878). */
export const compress = (bytes: Uint8Array): Promise<Buffer> => zstd(bytes, OPTIONS)

/** Throws when the bytes are no zstd frame. */
export const decompress = (bytes: Uint8Array): Promise<Buffer> => unzstd(bytes, { chunkSize: OPTIONS.chunkSize })

/** The plain bytes of a block that comes in pieces, as fast as they are taken. Iterating throws when the bytes are no whole zstd frame. */
export const decompressing = (pieces: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> =>
  pipeline(Readable.from(pieces, { objectMode: false }), createZstdDecompress(), () => undefined) // who iterates is told of an error
