/** A random number below `n`. */
export type Random = (n: number) => number

/** The same numbers for the same seed (mulberry32). */
export const randomOf = (seed: number): Random => {
  let state = seed
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % n
  }
}

export const LONGEST = 16 * 1024
const TELLING = [0, 1, 10, 13, 16, 32, 63, 64, 127, 128, 254, 255]

/** Some changes to one input: bytes set, flipped, put in, taken out, said twice, or from another. */
export const mutate = (input: Uint8Array, other: Uint8Array, random: Random): Uint8Array => {
  let bytes = Uint8Array.from(input)
  for (let changes = 1 + random(5); changes > 0; changes--) bytes = change(bytes, other, random)
  return bytes.subarray(0, LONGEST)
}

const change = (bytes: Uint8Array, other: Uint8Array, random: Random): Uint8Array<ArrayBuffer> => {
  const at = random(bytes.length + 1)
  const length = 1 + random(1 << random(8))
  const spliced = (put: Uint8Array, without: number) =>
    Uint8Array.from(Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + without)]))
  const copied = (from: Uint8Array) => {
    const start = random(from.length + 1)
    return from.subarray(start, start + length)
  }
  switch (random(7)) {
    case 0:
      return spliced(Uint8Array.of(random(256)), 1)
    case 1:
      return spliced(Uint8Array.of(TELLING[random(TELLING.length)]), 1)
    case 2:
      return spliced(Uint8Array.of((bytes[at] ?? 0) ^ (1 << random(8))), 1)
    case 3:
      return spliced(new Uint8Array(0), length)
    case 4:
      return spliced(
        Uint8Array.from({ length }, () => random(256)),
        0,
      )
    case 5:
      return spliced(copied(bytes), random(2) * length)
    default:
      return spliced(copied(other), random(2) * length)
  }
}
