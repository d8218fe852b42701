import { methods } from './buffer.ts'

const copyTo = methods.copy

/** Copies `start`..`end` of `bytes` to `target` from `at` on, without a view for each copy. The target has the room. */
export const copy = (bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void => {
  copyTo.call(bytes, target, at, start, end)
}

const sliceOf = Uint8Array.prototype.slice

/** `start`..`end` of `bytes` in memory of their own. A Buffer's own `slice` is a view of the same memory, so it must not be used for this. */
export const copyOf = (bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array => sliceOf.call(bytes, start, end)
