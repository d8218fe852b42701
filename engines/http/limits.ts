/** What one connection may hold at most: input from the network never grows memory without a bound. All in bytes, unless said otherwise. */
export interface HttpLimits {
  /** A start line with its headers; trailers likewise. */
  head: number
  /** Number of headers kept of one message; further ones are read for the length of the body, and left out. */
  headers: number
  /** Extensions behind one chunk's size. */
  chunkExtension: number
  /** Number of exchanges open at once (pipelined requests, answers without requests). */
  open: number
  /** Kept of each decoded body, from its beginning. */
  keepBody: number
  /** Up to here a body is gathered and hashed at once; what is longer goes through a digest that can be saved. */
  gather: number
  /** A body with a content coding is undone in one piece, up to this size on the wire. */
  coded: number
  /** What a content coding may expand to. */
  decoded: number
}

export const DEFAULT_LIMITS: HttpLimits = {
  head: 64 * 1024,
  headers: 256,
  chunkExtension: 4096,
  open: 1024,
  keepBody: 64 * 1024,
  gather: 256 * 1024,
  coded: 8 * 1024 * 1024,
  decoded: 64 * 1024 * 1024,
}

const complete = new WeakMap<Partial<HttpLimits>, HttpLimits>()

/** All limits, where some are given. The same for the same object, since every connection asks. */
export const limitsOf = (given: Partial<HttpLimits>): HttpLimits => {
  const known = complete.get(given)
  if (known !== undefined) return known
  const limits = { ...DEFAULT_LIMITS, ...given }
  complete.set(given, limits)
  return limits
}

/** Codings of one body: nobody sends more than two, and each costs a pass. */
export const MOST_CODINGS = 5
