import { u16be, u32be } from '../bytes/numbers.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'

export const CONTINUATION = 0
export const TEXT = 1
export const CLOSE = 8
const NAMES: Readonly<Record<number, string>> = { 0: 'continuation', 1: 'text', 2: 'binary', 8: 'close', 9: 'ping', 10: 'pong' }

/** Undefined: reserved (RFC 6455 section 5.2). */
export const opcodeName = (opcode: number): string | undefined => NAMES[opcode]
export const isControl = (opcode: number): boolean => opcode >= CLOSE

export const LONGEST_HEAD = 14
/** No larger frame is believed: whoever announces one is out of step. */
const MOST_PAYLOAD = 2 ** 40

/** RFC 6455 section 5.2. */
export interface FrameHead {
  fin: boolean
  /** RSV1 to RSV3, as three bits. */
  reserved: number
  opcode: number
  masked: boolean
  /** Of the payload. */
  length: number
  /** Of the head itself. */
  size: number
}

/** Size of the head that begins at `at`, from its first two bytes. */
export const headSize = (bytes: Uint8Array, at: number): number => {
  const length = bytes[at + 1] & 127
  return 2 + (length === 126 ? 2 : length === 127 ? 8 : 0) + (bytes[at + 1] & 128 ? 4 : 0)
}

/** The head at `at`, all of which is there. */
export const readHead = (bytes: Uint8Array, at: number): FrameHead => {
  const short = bytes[at + 1] & 127
  const long = u32be(bytes, at + 2) * 2 ** 32 + u32be(bytes, at + 6)
  return {
    fin: (bytes[at] & 128) !== 0,
    reserved: (bytes[at] >>> 4) & 7,
    opcode: bytes[at] & 15,
    masked: (bytes[at + 1] & 128) !== 0,
    length: short === 126 ? u16be(bytes, at + 2) : short === 127 ? long : short,
    size: headSize(bytes, at),
  }
}

/** Why nothing behind a head can be understood, as a short stable code. */
export const errorOf = ({ opcode, length }: FrameHead): string | undefined => {
  if (opcodeName(opcode) === undefined) return 'reserved-opcode'
  return length > MOST_PAYLOAD ? 'frame-too-long' : undefined
}

/** Where a head is not as it should be, though it can be read. */
export const violationsOf = ({ fin, reserved, opcode, masked, length, size }: FrameHead, side: Side, compression: boolean): string[] => {
  const found: string[] = []
  const allowed = compression && !isControl(opcode) && opcode !== CONTINUATION ? 4 : 0
  if ((reserved & ~allowed) !== 0) found.push('reserved-bits')
  if (side === CLIENT && !masked) found.push('unmasked-client')
  if (side !== CLIENT && masked) found.push('masked-server')
  if (isControl(opcode) && !fin) found.push('fragmented-control')
  if (isControl(opcode) && length > 125) found.push('long-control')
  const extended = size - 2 - (masked ? 4 : 0)
  if ((extended === 2 && length < 126) || (extended === 8 && length < 65_536)) found.push('length-not-minimal')
  return found
}

/** Whether a segment is nothing but whole frames of this side, each as it should be: then a frame begins here for certain. */
export const isWholeFrames = (bytes: Uint8Array, start: number, end: number, side: Side, compression: boolean): boolean => {
  let at = start
  while (at + 2 <= end && at + headSize(bytes, at) <= end) {
    const head = readHead(bytes, at)
    if (errorOf(head) !== undefined || violationsOf(head, side, compression).length > 0) return false
    at += head.size + head.length
  }
  return at === end && end > start
}

/** Undoes the masking of `from`..`to`, whose first byte is the payload's byte number `index` (RFC 6455 section 5.3). */
export const unmasked = (bytes: Uint8Array, from: number, to: number, key: readonly number[], index: number): Uint8Array => {
  const plain = new Uint8Array(to - from)
  for (let i = 0; i < plain.length; i++) plain[i] = bytes[from + i] ^ key[(index + i) & 3]
  return plain
}
