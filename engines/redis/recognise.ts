import { latin1 } from '../bytes/text.ts'
import type { Recognise } from '../protocols/protocol.ts'

/** A command begins like this: an array of bulk strings. */
const COMMAND = /^\*[1-9]\d{0,6}\r\n\$\d{1,10}\r\n/
const COMMAND_SO_FAR = /^\*([1-9]\d{0,6}(\r(\n(\$(\d{1,10}\r?)?)?)?)?)?$/
/** Inline commands that no other protocol of lines has. `PING` is told by its answer, which NATS gives without a plus. */
const INLINE = /^(MONITOR|SYNC|PSYNC \S+ -?\d+)\r?\n/i
const INLINE_SO_FAR = /^(MONITOR|SYNC|PSYNC \S* ?-?\d*)\r?$/i
const INLINE_WORDS = ['MONITOR', 'SYNC', 'PSYNC']
const LONGEST = 24

/** The client's first bytes. */
export const isCommand: Recognise = (bytes, start, end) => {
  const text = latin1(bytes, start, Math.min(end, start + LONGEST))
  if (COMMAND.test(text) || INLINE.test(latin1(bytes, start, Math.min(end, start + LONGEST * 4)))) return 'yes'
  if (text.length >= LONGEST) return 'no'
  return COMMAND_SO_FAR.test(text) || INLINE_SO_FAR.test(text) || INLINE_WORDS.some((word) => word.startsWith(text.toUpperCase()))
    ? 'more'
    : 'no'
}

/** What only Redis's servers say: `+OK` alone is many protocols', `-ERR` POP3's too. */
const ANSWER =
  /^(-(NOAUTH|DENIED|LOADING|MOVED|WRONGTYPE|WRONGPASS|READONLY|NOPERM) |\+PONG\r\n|[>%~*]\d{1,7}\r\n[*$:+~%_#,]|\$\d{1,10}\r\n|:-?\d{1,18}\r\n(?:$|[$*:+])|\+(OK|QUEUED)\r\n(?:[$*:%>~]|\+PONG|\+QUEUED))/
const MORE = 16

/** The server's first bytes. */
export const isReply: Recognise = (bytes, start, end) => {
  const text = latin1(bytes, start, Math.min(end, start + 64))
  if (ANSWER.test(text)) return 'yes'
  return text.length < MORE && /^([-+$*:>%~][!-~]*\r?|\+(OK|QUEUED)\r\n)$/.test(text) ? 'more' : 'no'
}

/** Where reading goes on after a loss: a command may begin with this segment. */
export const mayBeCommand = (bytes: Uint8Array, start: number, end: number): boolean =>
  COMMAND.test(latin1(bytes, start, Math.min(end, start + LONGEST)))

const LINE = /^([*$%~>|=!;](?:-?\d{1,10}|\?)|\.|[+-][ -~]{0,200}|:-?\d{1,19}|_|#[tf]|,[-\d.einfaN]{1,32}|\([-\d]{1,64})\r\n/
/** Lines looked at. */
const MOST_LINES = 16

/** Whether a reply may begin with this segment: as far as it is looked at, it is made of values, up to its end or to a string that goes on. */
export const mayBeReply = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start
  for (let lines = 0; at < end && lines < MOST_LINES; lines++) {
    const line = LINE.exec(latin1(bytes, at, Math.min(end, at + 256)))
    if (line === null)
      return lines > 0 && end - at < 256 && latin1(bytes, at, end).indexOf('\n') < 0 && /^[-*$%~>|=!;+:_#,(]/.test(latin1(bytes, at, end))
    at += line[0].length
    if (!/^([$=!]\d|;[1-9])/.test(line[0])) continue
    at += Number(line[1].slice(1))
    if (at + 2 <= end && (bytes[at] !== 13 || bytes[at + 1] !== 10)) return false
    at += 2
  }
  return true
}
