import { methods } from './buffer.ts'

const copyTo = methods.copy

/** Copies `start`..`end` of `bytes` to `target` from `at` on, without a view for each copy. The target has the room. */
export const copy = (bytes: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void => {
  copyTo.call(bytes, target, at, start, end)
}
