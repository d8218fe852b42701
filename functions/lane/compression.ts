import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

/** The fastest level is enough for what is read seldom; a large output buffer saves round trips to the thread pool. */
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 256 << 10 }

const zstd = promisify(zstdCompress)
const unzstd = promisify(zstdDecompress)

/** How blocks lie in the blob store: zstd (RFC 8878). */
export const compress = (bytes: Uint8Array): Promise<Buffer> => zstd(bytes, OPTIONS)

/** Throws when the bytes are no zstd frame. */
export const decompress = (bytes: Uint8Array): Promise<Buffer> => unzstd(bytes, { chunkSize: OPTIONS.chunkSize })
