import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Documents lie in blocks of this many lines: alike documents side by side compress tenfold, and a page of a grid reads one or two. */
export const LINES_PER_BLOCK = 64

const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const NEWLINE = 10

export const compressBlock = (lines: Buffer): Promise<Buffer> => compress(lines, FASTEST)

/** Lines of a block, in the order asked for. */
export async function readBlock(block: Uint8Array, lines: readonly number[]): Promise<string[]> {
  const text = await decompress(block)
  const ends: number[] = []
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) ends.push(at)
  return lines.map((line) => text.toString('utf8', line === 0 ? 0 : ends[line - 1] + 1, ends[line]))
}
