import { methods } from './buffer.ts'

const find = methods.indexOf
/** How far a loop looks before the runtime's search, which starts slower and then is faster, takes over. */
const NEAR = 48

/** Where `byte` first occurs in `from`..`end`, or -1. Looks at nothing beyond `end`. */
export const indexOf = (bytes: Uint8Array, byte: number, from: number, end: number): number => {
  const near = Math.min(from + NEAR, end)
  for (let at = from; at < near; at++) if (bytes[at] === byte) return at
  if (near === end) return -1
  if (end === bytes.length) return find.call(bytes, byte, near)
  const found = find.call(bytes.subarray(near, end), byte, 0)
  return found < 0 ? -1 : near + found
}

/** Where the sequence `wanted` first lies whole in `from`..`end`, or -1. */
export const indexOfBytes = (bytes: Uint8Array, wanted: Uint8Array, from: number, end: number): number => {
  const found = find.call(bytes.subarray(from, end), wanted, 0)
  return found < 0 ? -1 : from + found
}

/** Whether `start`..`end` holds exactly `wanted`. */
export const equals = (bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean => {
  if (end - start !== wanted.length) return false
  for (let i = 0; i < wanted.length; i++) if (bytes[start + i] !== wanted[i]) return false
  return true
}
