import { u16be, u32be } from '../bytes/numbers.ts'
import { OPT, SOA } from './codes.ts'
import { addressOf, dataText } from './data.ts'
import { type Edns, readEdns } from './edns.ts'
import { type Name, readName } from './name.ts'

export const HEADER = 12
/** A pointer to the name right behind the header. */
const FIRST_QUESTION = 0xc000 | HEADER
/** More records than any honest message has; further ones are read over. The same for questions. */
const MOST_RECORDS = 256
/** mDNS: "answer to me alone" in a question, "flush your cache" in a record (RFC 6762 sections 5.4 and 10.2). */
const HIGHEST_BIT = 0x8000

export interface Question {
  name: string
  type: number
  class: number
}

export interface Resource extends Question {
  ttl: number
  /** As text; undefined when the data are not what the type says. */
  data: string | undefined
  /** Of A and AAAA in class IN. */
  ip: string | undefined
}

/** A message as plain data (RFC 1035 section 4). Of one that is cut or wrong, what comes before that. */
export interface Message {
  id: number
  /** Second word of the header. */
  flags: number
  questions: Question[]
  answers: Resource[]
  authorities: Resource[]
  additionals: Resource[]
  edns: Edns | undefined
  /** Data of the last answer, when it is an SOA record: a zone transfer ends with one. */
  lastSoa: string | undefined
  /** Records, or questions, that were read over. */
  leftOut: number
  /** Where reading ended, from the message's begin: at its end, unless something is wrong. */
  length: number
  /** Short stable code of what is wrong at `length`; `cut`: it ends too early. */
  error: 'cut' | 'bad-name' | undefined
}

export const isResponse = ({ flags }: Pick<Message, 'flags'>): boolean => (flags & 0x8000) !== 0
export const operationOf = ({ flags }: Message): number => (flags >>> 11) & 15
/** With EDNS's upper bits (RFC 6891 section 6.1.3). */
export const responseCodeOf = ({ flags, edns }: Message): number => (flags & 15) | ((edns?.extendedCode ?? 0) << 4)

/** Reads the message that is `start`..`end` of `bytes`. Never throws; takes time linear in its length. */
export const readMessage = (bytes: Uint8Array, start: number, end: number): Message => {
  const headed = end - start >= HEADER
  const message: Message = {
    id: headed ? u16be(bytes, start) : 0,
    flags: headed ? u16be(bytes, start + 2) : 0,
    questions: [],
    answers: [],
    authorities: [],
    additionals: [],
    edns: undefined,
    lastSoa: undefined,
    leftOut: 0,
    length: headed ? HEADER : end - start,
    error: headed ? undefined : 'cut',
  }
  if (headed) new MessageReader(bytes, start, end, message).read()
  return message
}

class MessageReader {
  private readonly bytes: Uint8Array
  private readonly start: number
  private readonly end: number
  private readonly message: Message
  private at: number
  private kept = 0

  constructor(bytes: Uint8Array, start: number, end: number, message: Message) {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.message = message
    this.at = start + HEADER
  }

  read(): void {
    const { bytes, start, message } = this
    const { questions, answers, authorities, additionals } = message
    const asked = u16be(bytes, start + 4)
    for (let i = 0; i < asked; i++) if (!this.question(questions)) return
    this.records(answers, 6) && this.records(authorities, 8) && this.records(additionals, 10)
  }

  /** A section, whose number of records is said at `place` of the header. Answers whether what follows can be read. */
  private records(section: Resource[], place: number): boolean {
    const count = u16be(this.bytes, this.start + place)
    for (let i = 0; i < count; i++) if (!this.record(section)) return false
    return true
  }

  /** The name that is next, and the type and class behind it; undefined: the message is wrong. `more` bytes follow them. */
  private owner(more: number): Question | undefined {
    const { bytes, start, at, end, message } = this
    if (at >= end) return this.wrong('cut')
    const found = this.asked(at) ?? readName(bytes, start, at, end)
    if (found === undefined) return this.wrong(endsWithin(bytes, at, end) ? 'cut' : 'bad-name')
    const { name, next } = found
    if (next + 4 + more > end) return this.wrong('cut')
    this.at = next + 4 + more
    message.length = this.at - start
    return { name, type: u16be(bytes, next), class: u16be(bytes, next + 2) }
  }

  /** Most records are of the name that was asked for, and point at it. */
  private asked(at: number): Name | undefined {
    const { bytes, end, message } = this
    const { questions } = message
    return questions.length > 0 && at + 2 <= end && u16be(bytes, at) === FIRST_QUESTION
      ? { name: questions[0].name, next: at + 2 }
      : undefined
  }

  private wrong(error: Message['error']): undefined {
    this.message.error = error
  }

  private question(questions: Question[]): boolean {
    const question = this.owner(0)
    if (question === undefined) return false
    question.class &= ~HIGHEST_BIT
    if (this.keeps()) questions.push(question)
    return true
  }

  private record(section: Resource[]): boolean {
    const { bytes, start, end, message } = this
    const owner = this.owner(6)
    if (owner === undefined) return false
    const at = this.at
    const to = at + u16be(bytes, at - 2)
    if (to > end) {
      this.wrong('cut')
      return false
    }
    this.at = to
    message.length = to - start
    const ttl = u32be(bytes, at - 6)
    const place = { bytes, start, at, to }
    if (section === message.answers) message.lastSoa = owner.type === SOA ? dataText(SOA, place) : undefined
    if (owner.type === OPT) message.edns ??= readEdns(owner.class, ttl, bytes, at, to)
    else if (this.keeps()) {
      const { name, type } = owner
      const kind = owner.class & ~HIGHEST_BIT
      const ip = kind === 1 ? addressOf(type, place) : undefined
      section.push({ name, type, class: kind, ttl, data: ip ?? dataText(type, place), ip })
    }
    return true
  }

  private keeps(): boolean {
    if (this.kept++ < MOST_RECORDS) return true
    this.message.leftOut++
    return false
  }
}

/** Whether a name that could not be read goes on where the message ends. */
const endsWithin = (bytes: Uint8Array, from: number, end: number): boolean => {
  let at = from
  while (at < end && bytes[at] > 0 && bytes[at] < 64) at += 1 + bytes[at]
  return at >= end || (bytes[at] >= 0xc0 && at + 1 === end)
}
