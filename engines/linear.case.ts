import { expect } from 'vitest'

/** How much more the larger work is. Time that grows with the square would be 64 times as long. */
const TIMES = 8
/** Milliseconds that a busy machine, the compiler and the garbage collector may add to either. */
const NOISE = 200

/**
 * Holds that work needs so much more CPU time as there is more of it. One work is compared with another of the same run: no speed of a machine is in it.
 *
 * @param work does its work on so many bytes, pieces or the like.
 * @param most of them, in the larger work.
 */
export function expectLinear(work: (size: number) => void, most: number): void {
  const few = spent(work, most / TIMES)
  expect(spent(work, most), 'ms, of CPU').toBeLessThan(TIMES * 3 * few + NOISE)
}

const spent = (work: (size: number) => void, size: number): number => {
  const before = process.cpuUsage()
  work(Math.floor(size))
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
