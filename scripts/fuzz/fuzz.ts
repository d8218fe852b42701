import { Coverage } from './coverage.ts'
import { mutate, randomOf } from './mutate.ts'

export interface Fuzzed {
  runs: number
  /** Inputs that made code run that had not run before. */
  kept: number
  ranges: number
  /** One input for each way to break, by its message. */
  broken: Map<string, Uint8Array>
}

type Run = (input: Uint8Array) => void

/** Inputs between two looks at the counters, which cost more than a run. */
const BATCH = 40
/** CPU time that one input may take, in ms: the largest are 16 KB. */
const SLOWEST = 2000

/** Why the engine broke on an input; undefined: it did not. */
export const breaks = (run: Run, input: Uint8Array): string | undefined => {
  const begin = process.cpuUsage()
  try {
    run(Uint8Array.from(input))
  } catch (error) {
    const [message, place] = String((error as Error).stack).split('\n', 2)
    return `${message.replace(/\d+/g, 'N').slice(0, 200)}${place ?? ''}`
  }
  const { user, system } = process.cpuUsage(begin)
  return user + system > SLOWEST * 1000 ? 'it is too slow' : undefined
}

/** Mutates what is known to reach far, and keeps what reaches farther. The same for the same seed, but for how far it comes in its time. */
export const fuzz = (run: Run, seeds: readonly Uint8Array[], { milliseconds, seed }: { milliseconds: number; seed: number }): Fuzzed => {
  const random = randomOf(seed)
  const coverage = new Coverage()
  const broken = new Map<string, Uint8Array>()
  const kept: Uint8Array[] = []
  let runs = 0
  const attempt = (input: Uint8Array) => {
    runs++
    const why = breaks(run, input)
    if (why !== undefined && !broken.has(why)) broken.set(why, input)
  }
  const tryAll = (inputs: readonly Uint8Array[]) => {
    for (const input of inputs) attempt(input)
    kept.push(...coverage.reachingFarther(inputs, attempt))
  }
  coverage.start()
  tryAll(seeds)
  if (kept.length === 0) kept.push(...seeds)
  const until = performance.now() + milliseconds
  while (performance.now() < until && broken.size < 10) {
    // The newest are tried more often: they have had the fewest chances.
    const pick = () => kept[kept.length - 1 - Math.floor((random(1000) * random(1000) * kept.length) / 1e6)]
    tryAll(Array.from({ length: BATCH }, () => mutate(pick(), pick(), random)))
  }
  coverage.stop()
  return { runs, kept: kept.length, ranges: coverage.ranges, broken }
}

/** Takes out of an input what is not needed to break it in the same way. */
export const shorten = (run: Run, input: Uint8Array): Uint8Array => {
  const why = breaks(run, input)
  let short = Uint8Array.from(input)
  for (let size = short.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at + size <= short.length; ) {
      const less = Uint8Array.from(Buffer.concat([short.subarray(0, at), short.subarray(at + size)]))
      if (breaks(run, less) === why) short = less
      else at += size
    }
  }
  return short
}
