/** Messages of DNS for tests, field by field. */
import { fromLatin1 } from '../bytes/text.ts'

export const word = (value: number): number[] => [(value >>> 8) & 255, value & 255]
export const long = (value: number): number[] => [...word(value >>> 16), ...word(value & 0xffff)]
export const name = (text: string): number[] => [
  ...(text === '' ? [] : text.split('.')).flatMap((part) => [part.length, ...fromLatin1(part)]),
  0,
]
/** Points to the name of the first question. */
export const ASKED = [0xc0, 12]
export const strings = (...texts: string[]): number[] => texts.flatMap((text) => [text.length, ...fromLatin1(text)])

export const question = (text: string, type = 1, kind = 1): number[] => [...name(text), ...word(type), ...word(kind)]
export const record = (owner: number[], type: number, data: number[], ttl = 300, kind = 1): number[] => [
  ...owner,
  ...[...word(type), ...word(kind), ...long(ttl), ...word(data.length)],
  ...data,
]

interface Sections {
  id?: number
  questions?: number[][]
  answers?: number[][]
  authorities?: number[][]
  additionals?: number[][]
}

export const message = (
  flags: number,
  { id = 7, questions = [], answers = [], authorities = [], additionals = [] }: Sections,
): Uint8Array =>
  Uint8Array.from([
    ...[...word(id), ...word(flags)],
    ...[questions, answers, authorities, additionals].flatMap((section) => word(section.length)),
    ...[questions, answers, authorities, additionals].flat(2),
  ])

export const ASK = 0x0100
export const ANSWER = 0x8180
/** As it goes over TCP. */
export const prefixed = (bytes: Uint8Array): Uint8Array => Uint8Array.from([...word(bytes.length), ...bytes])

export const ask = (text: string, id = 7, type = 1): Uint8Array => message(ASK, { id, questions: [question(text, type)] })
export const answer = (text: string, id = 7, address = [10, 0, 0, 7]): Uint8Array =>
  message(ANSWER, { id, questions: [question(text)], answers: [record(ASKED, 1, address)] })
