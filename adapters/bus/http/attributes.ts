/**
 * CloudEvents attributes as HTTP headers (HTTP protocol binding 1.0, 3.1.3): `ce-` before the name, and characters that a header
 * cannot hold percent-encoded. The SDK neither encodes nor decodes them, and turns bytes into base64 on the way: so they are written here.
 */
export const encodeValue = (value: string): string =>
  // All but the printable characters of ASCII, and of these not space, the quotation mark and the per cent sign (3.1.3.2).
  value.toWellFormed().replace(/[^\x21\x23\x24\x26-\x7e]/gu, encodeURIComponent)

/** What is not rightly encoded stays as it is: some senders encode nothing. */
export const decodeValue = (value: string): string =>
  value.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })

/** Attributes of an event beside its data, with the names they have in an `Event`. */
export const ATTRIBUTES = ['id', 'type', 'source', 'subject', 'time', 'partitionkey', 'sequence', 'traceparent'] as const
