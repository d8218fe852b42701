import { hex } from '../bytes/hex.ts'
import { u16be } from '../bytes/numbers.ts'
import type { ClientHello } from './handshake/messages.ts'

const HEAD = 9
const RANDOM_DIGITS = 64
const MOST_SUITES = 256

/** A ClientHello in SSL 2's form (RFC 5246 appendix E.2): old clients sent it to servers that may know no more. The challenge is the random, its front filled with zeros. */
export const readSsl2Hello = (bytes: Uint8Array, start: number, end: number): ClientHello => {
  const [suitesLength, sessionLength, challengeLength] = [3, 5, 7].map((at) => (start + HEAD <= end ? u16be(bytes, start + at) : 0))
  const suitesEnd = Math.min(end, start + HEAD + suitesLength)
  const sessionEnd = Math.min(end, suitesEnd + sessionLength)
  const whole = start + HEAD + suitesLength + sessionLength + challengeLength
  const suites: number[] = []
  for (let at = start + HEAD; at + 3 <= suitesEnd && suites.length < MOST_SUITES; at += 3)
    if (bytes[at] === 0) suites.push(u16be(bytes, at + 1))
  const challenge = hex(bytes, sessionEnd, Math.min(end, sessionEnd + challengeLength, sessionEnd + RANDOM_DIGITS / 2))
  return {
    ...{ kind: 'client hello', legacyVersion: u16be(bytes, start + 1), random: challenge.padStart(RANDOM_DIGITS, '0') },
    ...{ sessionId: hex(bytes, suitesEnd, Math.min(sessionEnd, suitesEnd + 32)), suites, compressions: [0], extensions: [] },
    malformed: whole === end ? undefined : { code: whole > end ? 'cut' : 'trailing-bytes', offset: Math.min(whole, end) - start },
  }
}
