import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Documents lie in blocks of this many lines: alike documents side by side compress tenfold, and a page of a grid reads one or two. */
export const LINES_PER_BLOCK = 64

const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const NEWLINE = 10

/** Blocks compressed at a time: more only keep each other out of the processor's cache, at twice the cost. */
const AT_A_TIME = 2

export async function compressBlocks(blocks: readonly Buffer[]): Promise<Buffer[]> {
  const compressed: Buffer[] = []
  let next = 0
  const work = async (): Promise<void> => {
    while (next < blocks.length) {
      const index = next++
      compressed[index] = await compress(blocks[index], FASTEST)
    }
  }
  await Promise.all(Array.from({ length: AT_A_TIME }, work))
  return compressed
}

/** Lines of a block, in the order asked for. */
export async function readBlock(block: Uint8Array, lines: readonly number[]): Promise<string[]> {
  const text = await decompress(block)
  const ends: number[] = []
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) ends.push(at)
  return lines.map((line) => text.toString('utf8', line === 0 ? 0 : ends[line - 1] + 1, ends[line]))
}
