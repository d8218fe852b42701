import { createReadStream } from 'node:fs'
import { access, constants, open, stat } from 'node:fs/promises'
import type { Readable, Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { CaptureFile, OpenFile } from '../port.ts'
import { CaptureRefused } from '../port.ts'

/** Large pieces cost fewer calls; beyond this nothing is gained. */
const PIECE = 1 << 20

/** Opens a capture file, or standard input (`-`). Gzip and zstd are known by their first bytes, whatever the name says. */
export const openFile: OpenFile = async (path) => {
  const pipe = path === '-'
  const size = pipe ? undefined : await sizeOf(path)
  let read = 0
  return {
    name: pipe ? 'standard input' : path,
    size,
    read: () => read,
    chunks: () => {
      const count = (bytes: number): void => {
        read += bytes
      }
      if (size !== undefined) return filePieces(path, count)
      return pieces(pipe ? process.stdin : createReadStream(path, { highWaterMark: PIECE }), path, count)
    },
  } satisfies CaptureFile
}

const sizeOf = async (path: string): Promise<number | undefined> => {
  try {
    const found = await stat(path)
    if (found.isDirectory()) throw new CaptureRefused(`${path} is a folder: give the files in it`)
    await access(path, constants.R_OK)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    throw explained(error as Error, path)
  }
}

/** A plain file is read into one buffer again and again; a packed one as a stream. */
async function* filePieces(path: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const file = await open(path)
  try {
    const buffer = Buffer.allocUnsafeSlow(PIECE)
    const { bytesRead } = await file.read(buffer, 0, 4, 0)
    const first = buffer.subarray(0, bytesRead)
    if (isGzip(first) || isZstd(first)) {
      yield* pieces(createReadStream(path, { highWaterMark: PIECE }), path, count)
      return
    }
    for (let position = 0; ; ) {
      const { bytesRead } = await file.read(buffer, 0, PIECE, position)
      if (bytesRead === 0) return
      position += bytesRead
      count(bytesRead)
      yield buffer.subarray(0, bytesRead)
    }
  } catch (error) {
    throw explained(error as Error, path)
  } finally {
    await file.close()
  }
}

async function* pieces(source: Readable, path: string, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const raw = counted(source, count)
  try {
    const first = await beginning(raw)
    if (first.length === 0) return
    const unpack = unpacker(first)
    if (!unpack) {
      yield first
      yield* raw
      return
    }
    // Errors come to whoever reads; when nobody does any more, to nobody.
    unpack.on('error', () => {})
    feed(unpack, first, raw).catch((error: Error) => unpack.destroy(error))
    yield* unpack as AsyncIterable<Uint8Array>
  } catch (error) {
    throw explained(error as Error, path)
  } finally {
    source.destroy()
  }
}

async function* counted(source: Readable, count: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  for await (const piece of source as AsyncIterable<Uint8Array>) {
    count(piece.length)
    yield piece
  }
}

/** At least four bytes, if there are: a pipe may give them one by one. */
const beginning = async (raw: AsyncGenerator<Uint8Array>): Promise<Uint8Array> => {
  let first: Uint8Array = new Uint8Array(0)
  while (first.length < 4) {
    const next = await raw.next()
    if (next.done) break
    first = first.length === 0 ? next.value : Buffer.concat([first, next.value])
  }
  return first
}

const isGzip = (first: Uint8Array): boolean => first[0] === 0x1f && first[1] === 0x8b
const isZstd = (first: Uint8Array): boolean => first[0] === 0x28 && first[1] === 0xb5 && first[2] === 0x2f && first[3] === 0xfd

const unpacker = (first: Uint8Array): Transform | undefined => {
  if (isGzip(first)) return createGunzip({ chunkSize: PIECE })
  if (isZstd(first)) return createZstdDecompress({ chunkSize: PIECE })
  return undefined
}

const feed = async (unpack: Transform, first: Uint8Array, raw: AsyncGenerator<Uint8Array>): Promise<void> => {
  const write = (piece: Uint8Array): Promise<void> | undefined =>
    unpack.write(piece) || unpack.destroyed
      ? undefined
      : new Promise((resolve) => {
          unpack.once('drain', resolve).once('close', resolve)
        })
  await write(first)
  for await (const piece of raw) {
    if (unpack.destroyed) return
    await write(piece)
  }
  unpack.end()
}

const explained = (error: Error, path: string): Error => {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return new CaptureRefused(`there is no file ${path}`)
  if (code === 'EACCES') return new CaptureRefused(`${path} may not be read: ask for the right, or run as its owner`)
  if (code?.startsWith('Z_') || code?.startsWith('ZSTD_'))
    return new CaptureRefused(`${path} is compressed, but cannot be unpacked: ${error.message}`)
  return error
}
