import { utf8 } from '../bytes/text.ts'
import { Carry } from '../http/carry.ts'
import { COLON, CR, LF, SPACE } from '../http/characters.ts'
import type { Message } from '../protocols/call.ts'
import type { Micros } from '../time.ts'

/** Events told of one stream; further ones are counted in its bytes alone. */
const MOST_EVENTS = 1000
/** Looked at of a line: enough for a field's name and that of an event. */
const LONGEST_LINE = 128

export const isEventStream = (type: string | undefined): boolean => type !== undefined && /^text\/event-stream *(;|$)/i.test(type)

/** Between two bytes, as plain data. */
export interface SavedEvents {
  messages: Message[]
  line: Uint8Array
  length: number
  data: number
  type: string
  afterCr: boolean
  lost: boolean
}

/** Takes a `text/event-stream` apart into its events while it passes (HTML, "Server-sent events", section 9.2.6). Comments and retry times are none. */
export class ServerSentEvents {
  /** In order; `bytes` is the size of an event's data, `type` its name. */
  messages: Message[] = []
  private readonly line = new Carry()
  /** Of the line, all of it. */
  private length = 0
  /** Of the event's data so far, with a line end for each line; 0: it has none. */
  private data = 0
  private type = ''
  private afterCr = false
  /** Bytes are missing: up to the next empty line, nothing is certain. */
  private lost = false

  add(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    let from = start
    for (let i = start; i < end; i++) {
      const byte = bytes[i]
      if (byte !== CR && byte !== LF) {
        this.afterCr = false
        continue
      }
      this.take(bytes, from, i)
      if (byte === CR || !this.afterCr) this.endLine(at)
      this.afterCr = byte === CR
      from = i + 1
    }
    this.take(bytes, from, end)
  }

  private take(bytes: Uint8Array, from: number, to: number): void {
    const room = LONGEST_LINE - this.line.length
    if (room > 0 && to > from) this.line.append(bytes, from, Math.min(to, from + room))
    this.length += to - from
  }

  private endLine(at: Micros): void {
    const { line, length } = this
    if (length === 0) this.endEvent(at)
    else this.field(length)
    line.clear()
    this.length = 0
  }

  private field(length: number): void {
    const { bytes, length: known } = this.line
    const colon = bytes.subarray(0, known).indexOf(COLON)
    const name = utf8(bytes, 0, colon < 0 ? known : colon)
    const value = colon < 0 ? length : colon + 1 < known && bytes[colon + 1] === SPACE ? colon + 2 : colon + 1
    if (name === 'data') this.data += length - value + 1
    else if (name === 'event') this.type = utf8(bytes, Math.min(value, known), known)
  }

  private endEvent(at: Micros): void {
    const { data, type, lost } = this
    this.data = 0
    this.type = ''
    this.lost = false
    if (data === 0 || lost || this.messages.length >= MOST_EVENTS) return
    this.messages.push({ direction: 'response', at, bytes: data - 1, type: type === '' ? 'message' : type })
  }

  /** Bytes of the stream are missing. */
  lose(): void {
    this.lost = true
    this.data = 0
    // So that the rest of a line is not taken for an empty one.
    this.length = 1
    this.afterCr = false
    this.line.clear()
  }

  save(): SavedEvents {
    const { messages, line, length, data, type, afterCr, lost } = this
    return { messages: [...messages], line: line.bytes.slice(0, line.length), length, data, type, afterCr, lost }
  }

  static load({ messages, line, length, data, type, afterCr, lost }: SavedEvents): ServerSentEvents {
    const events = new ServerSentEvents()
    Object.assign(events, { messages: [...messages], length, data, type, afterCr, lost })
    events.line.append(line, 0, line.length)
    return events
  }
}
