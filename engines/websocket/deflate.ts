import { copyOf } from '../bytes/copy.ts'
import type { Codecs } from '../http/facts.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'

export const DEFLATE = 'permessage-deflate'
/** Deflate looks back so far (RFC 1951), whatever smaller window was agreed on. */
const WINDOW = 32 * 1024
/** What a sender leaves out at the end of each message (RFC 7692 section 7.2.1). */
const TAIL = [0, 0, 0xff, 0xff]
const NOTHING = new Uint8Array(0)

/** What Sec-WebSocket-Extensions of the response says of compression: undefined when there is none; else whether this side goes on with the context of its last message. */
export const agreedDeflate = (extensions: string | undefined, side: Side): 'takeover' | 'each' | undefined => {
  const agreed = (extensions ?? '')
    .toLowerCase()
    .split(',')
    .map((extension) => extension.split(';').map((part) => part.trim()))
  const found = agreed.find(([name]) => name === DEFLATE)
  if (found === undefined) return undefined
  return found.includes(`${side === CLIENT ? 'client' : 'server'}_no_context_takeover`) ? 'each' : 'takeover'
}

/** Undoes the compression of one side's messages, one after another (RFC 7692 section 7.2.2). */
export class Inflater {
  /** Why the message at hand could not be undone: what it goes on from is not known. */
  contextMissing = false
  /** The message at hand has all its bytes. */
  whole = true
  /** Of the messages so far, the end; undefined once it is not known. */
  private window: Uint8Array | undefined = NOTHING
  private readonly takeover: boolean
  private readonly codecs: Codecs

  constructor(codecs: Codecs, takeover: boolean) {
    this.codecs = codecs
    this.takeover = takeover
  }

  /** As a content coding. Throws when the data are bad or the context is missing, a RangeError when the limit is exceeded. */
  readonly decode = (bytes: Uint8Array, limit: number): Uint8Array => {
    const { window, takeover, whole } = this
    this.contextMissing = window === undefined
    if (window === undefined) throw new Error('what the message goes on from is not known')
    if (takeover) this.window = undefined
    const input = new Uint8Array(bytes.length + (whole ? TAIL.length : 0))
    input.set(bytes)
    if (whole) input.set(TAIL, bytes.length)
    const plain = this.codecs.inflateRaw(input, window, limit)
    if (takeover && whole) this.window = lastOf(window, plain)
    return plain
  }

  /** Messages are missing, or a message was not undone: whatever goes on from them is not known. */
  lose(): void {
    if (this.takeover) this.window = undefined
  }

  save(): Uint8Array | undefined {
    return this.window && copyOf(this.window)
  }

  load(window: Uint8Array | undefined): void {
    this.window = window
  }
}

/** The last 32 KB of both. */
const lastOf = (before: Uint8Array, bytes: Uint8Array): Uint8Array => {
  if (bytes.length >= WINDOW) return copyOf(bytes, bytes.length - WINDOW, bytes.length)
  const kept = Math.min(before.length, WINDOW - bytes.length)
  const window = new Uint8Array(kept + bytes.length)
  window.set(before.subarray(before.length - kept))
  window.set(bytes, kept)
  return window
}
