/** What one connection may hold at most, beside what HTTP's limits say of each body. */

/** A header block, over all its CONTINUATION frames; a longer one is passed over, and the table of headers is not known after it. */
export const LARGEST_BLOCK = 256 * 1024
/** A frame other than DATA; a longer one is passed over. */
export const LARGEST_GATHERED = 256 * 1024
/** Streams open at once; beyond it the oldest comes out as it is. */
export const MOST_OPEN = 1024
/** Streams whose bodies may be as large as HTTP's limits allow; those of further ones are kept tight. */
export const MOST_WIDE = 16
export const TIGHT = { gather: 16 * 1024, coded: 256 * 1024 }
/** Closed streams that are remembered, since frames for them may still come. */
export const MOST_CLOSED = 256
/** Places that are told where frames could not be read. */
export const MOST_ERRORS = 16
/** Tunnels that are read at once; beyond it the oldest is read no further. */
export const MOST_TUNNELS = 64
