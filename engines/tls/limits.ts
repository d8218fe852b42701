/** Bounds, so that nobody's bytes take memory or time without an end. In bytes where nothing else is said. */
export const LIMITS = {
  /** Of a record's fragment: RFC 5246 section 6.2.3. What is longer is none. */
  fragment: 16_384 + 2048,
  /** Kept of a connection while its secrets are waited for. */
  held: 1024 * 1024,
  /** What keeping a record costs beside its bytes. */
  heldRecord: 100,
  /** Sequence numbers that are tried after a loss. */
  window: 2048,
  /** Records in a row that did not open, after which none are tried. */
  unopened: 8,
  /** Changes of a traffic secret, one after another. */
  generations: 65_536,
  /** Handshakes on one connection. */
  handshakes: 64,
  /** Handshake messages that are listed. */
  messages: 64,
  /** Alerts, and other things that are listed of a session. */
  listed: 16,
} as const
