import type { FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'

/**
 * A record in a file: its length and CRC-32 (both 32 bits, little endian), then its bytes. What a crash left half written
 * at the end fails one of the two.
 */
const HEAD = 8
const CHUNK = 1 << 20

export function frame(payload: Uint8Array): Buffer {
  const framed = Buffer.allocUnsafe(HEAD + payload.length)
  framed.writeUInt32LE(payload.length, 0)
  framed.writeUInt32LE(crc32(payload), 4)
  framed.set(payload, HEAD)
  return framed
}

/** Hands over the whole records of a file in order. Answers where the last of them ends: what lies behind is torn. */
export async function readFrames(file: FileHandle, take: (payload: Uint8Array) => void): Promise<{ end: number; size: number }> {
  const { size } = await file.stat()
  let end = 0
  let need = HEAD
  while (end + need <= size) {
    const bytes = await readAt(file, end, Math.min(size - end, Math.max(CHUNK, need)))
    const used = takeFrames(bytes, take)
    end += used.bytes
    if (used.need === undefined) break
    need = used.need
  }
  return { end, size }
}

/** Takes what is whole. `need`: bytes that the next record needs to be whole; undefined when the next is damaged. */
function takeFrames(bytes: Buffer, take: (payload: Uint8Array) => void): { bytes: number; need: number | undefined } {
  let at = 0
  while (at + HEAD <= bytes.length) {
    const length = bytes.readUInt32LE(at)
    // A stretch of zeros, as some file systems leave after a power cut, is no record.
    if (length === 0) return { bytes: at, need: undefined }
    if (at + HEAD + length > bytes.length) return { bytes: at, need: HEAD + length }
    const payload = new Uint8Array(bytes.buffer, bytes.byteOffset + at + HEAD, length)
    if (crc32(payload) !== bytes.readUInt32LE(at + 4)) return { bytes: at, need: undefined }
    take(payload)
    at += HEAD + length
  }
  return { bytes: at, need: HEAD }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}
