import type { Side } from '#engines/tcp/facts.ts'

/** One thing that happens on a connection. */
export type Step = { side: Side; bytes: Uint8Array } | { side: Side; missing: number }

const HEAD = 3
const [GAP, OF_SERVER] = [2, 1]
const LARGEST_GAP = 4096

/**
 * Reads bytes as what happens on a connection, whatever they are, so that they can be mutated: a byte that says which side and whether its
 * bytes are seen, two for how many, then the bytes. The last piece goes up to the end.
 */
export const readScript = (input: Uint8Array): Step[] => {
  const steps: Step[] = []
  for (let at = 0; at + HEAD <= input.length; ) {
    const side: Side = (input[at] & OF_SERVER) === 0 ? 0 : 1
    const length = input[at + 1] * 256 + input[at + 2]
    const gap = (input[at] & 6) === GAP
    at += HEAD
    if (gap) steps.push({ side, missing: length % LARGEST_GAP })
    else if (length > 0 && at < input.length) steps.push({ side, bytes: input.subarray(at, at + length) })
    if (!gap) at += length
  }
  return steps
}

/** The script of pieces that were seen. */
export const writeScript = (pieces: readonly { side: Side; bytes: Uint8Array }[]): Uint8Array => {
  const parts = pieces.flatMap(({ side, bytes }) => [Uint8Array.of(side, bytes.length >> 8, bytes.length & 255), bytes])
  return Uint8Array.from(Buffer.concat(parts))
}
