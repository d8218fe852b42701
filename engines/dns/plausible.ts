import { u16be } from '../bytes/numbers.ts'
import type { Answer, Recognise } from '../protocols/protocol.ts'
import { isKnownClass, isKnownOperation, isKnownResponse, UPDATE } from './codes.ts'
import { HEADER, isResponse, type Message, operationOf, type Question, readMessage, responseCodeOf } from './message.ts'

/** RFC 1035 section 4.1.1: "must be zero in all queries and responses". */
const RESERVED = 0x0040
/** NetBIOS' name service has the same form (RFC 1002 section 4.2): its names are 32 letters, its types those of NULL and SRV by number. */
const NETBIOS_NAME = /^[a-p]{32}(\.|$)/
const NETBIOS_TYPES = [32, 33]

/** Whether `start`..`end` is one whole message as a resolver or a server would send it: every section ends where it says, and the message with the last. */
export const isMessage = (bytes: Uint8Array, start: number, end: number): boolean => {
  if (end - start <= HEADER || !mayBegin(bytes, start)) return false
  const message = readMessage(bytes, start, end)
  return message.error === undefined && message.length === end - start && isLikely(message)
}

/** The header alone. */
const mayBegin = (bytes: Uint8Array, start: number): boolean => {
  const flags = u16be(bytes, start + 2)
  const response = (flags & 0x8000) !== 0
  const [questions, answers] = [u16be(bytes, start + 4), u16be(bytes, start + 6)]
  return (
    (flags & RESERVED) === 0 &&
    isKnownOperation((flags >>> 11) & 15) &&
    questions < 64 &&
    (response || (flags & 15) === 0) &&
    questions + answers > 0
  )
}

const isLikely = (message: Message): boolean => {
  const { questions, answers, authorities, additionals } = message
  const named: Question[] = [...questions, ...answers, ...authorities, ...additionals]
  if (!isResponse(message) && operationOf(message) !== UPDATE && answers.length > 0 && questions.length === 0) return false
  if (questions.some(({ name, type }) => NETBIOS_TYPES.includes(type) && NETBIOS_NAME.test(name))) return false
  return isKnownResponse(responseCodeOf(message)) && named.every((each) => each.type > 0 && isKnownClass(each.class))
}

/** A datagram. */
export const isDatagram: Recognise = (bytes, start, end) => (isMessage(bytes, start, end) ? 'yes' : 'no')

/** The first message of a stream: two bytes say how long it is (RFC 1035 section 4.2.2). */
export const isStream: Recognise = (bytes, start, end): Answer => {
  if (end - start < 2) return 'more'
  const length = u16be(bytes, start)
  if (length <= HEADER) return 'no'
  if (end - start < 2 + HEADER) return 'more'
  if (!mayBegin(bytes, start + 2)) return 'no'
  if (end - start < 2 + length) return 'more'
  return isMessage(bytes, start + 2, start + 2 + length) ? 'yes' : 'no'
}
