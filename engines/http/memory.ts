/**
 * Memory for bodies. Making a buffer costs as much as hashing one of 1.5 KB, so those that bodies are gathered in are used again,
 * and those that are kept are cut from larger slabs.
 */
const SMALLEST = 12 // 4 KB
const LARGEST = 18 // 256 KB
const FREE_BYTES = 4 * 1024 * 1024
const free: Uint8Array[][] = Array.from({ length: LARGEST + 1 }, () => [])
let freeBytes = 0

/** A buffer of at least `size` bytes, with anything in it. */
export const take = (size: number): Uint8Array => {
  const power = Math.max(SMALLEST, 32 - Math.clz32(Math.max(size, 2) - 1))
  const buffer = free[power]?.pop()
  if (buffer === undefined) return new Uint8Array(2 ** power)
  freeBytes -= buffer.length
  return buffer
}

/** Gives back what `take` gave. The caller uses it no more. */
export const giveBack = (buffer: Uint8Array): void => {
  const list = free[31 - Math.clz32(buffer.length)]
  if (list === undefined || freeBytes + buffer.length > FREE_BYTES) return
  freeBytes += buffer.length
  list.push(buffer)
}

const SLAB = 64 * 1024
/** Larger pieces get memory of their own: a slab lives as long as the last piece cut from it. */
const LARGEST_PIECE = 8 * 1024
let slab = new Uint8Array(0)
let used = 0

/** A copy of `from`..`to` that may be held. */
export const copy = (bytes: Uint8Array, from: number, to: number): Uint8Array => {
  const length = to - from
  const view = from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to)
  if (length > LARGEST_PIECE) return Uint8Array.from(view)
  if (used + length > slab.length) {
    slab = new Uint8Array(SLAB)
    used = 0
  }
  const piece = slab.subarray(used, used + length)
  piece.set(view)
  used += length
  return piece
}
