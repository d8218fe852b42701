import { closeSync, openSync, readSync } from 'node:fs'

const STRUCTURE = 16_384
const BEHIND = 4096
const LEAST_POINTER = 0x10000
const MOST_POINTER = 2 ** 47

/** A structure as it was, and what its pointers pointed at. */
export interface Snapshot {
  structure: Buffer
  behind: Map<number, Buffer>
}

/** Copies a structure of another process. Throws when the process is gone, or may not be read. */
export function snapshot(pid: number, address: number): Snapshot {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  try {
    const structure = read(memory, address, STRUCTURE)
    const behind = new Map<number, Buffer>()
    for (let at = 0; at + 8 <= structure.length; at += 8) {
      const pointer = Number(structure.readBigUInt64LE(at))
      if (pointer < LEAST_POINTER || pointer > MOST_POINTER || pointer % 8 !== 0) continue
      const bytes = read(memory, pointer, BEHIND)
      if (bytes.length > 0) behind.set(at, bytes)
    }
    return { structure, behind }
  } finally {
    closeSync(memory)
  }
}

/** What can be read of so many bytes: a structure may end where nothing is mapped. */
function read(memory: number, address: number, size: number): Buffer {
  const bytes = Buffer.alloc(size)
  try {
    return bytes.subarray(0, readSync(memory, bytes, 0, size, address))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return Buffer.alloc(0)
    throw error
  }
}
