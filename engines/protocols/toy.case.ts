import { latin1 } from '../bytes/text.ts'
import { CLIENT, type Connection, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import type { Call, Part } from './call.ts'
import type { Beginning, Host, Protocol, Reader } from './protocol.ts'
import { begins } from './recognise.ts'

interface Saved {
  lines: [string, string]
  offsets: [number, number]
  open: Call[]
}

/**
 * A protocol of lines, for tests: `toy? word`, answered by `toy! word`, in order. `toy? become NAME` hands the connection over to NAME once
 * it is answered; `toy? become ?` to what its bytes say. Over UDP each datagram is a line.
 */
class ToyReader implements Reader {
  private readonly host: Host
  private readonly datagrams: boolean
  private state: Saved

  constructor(host: Host, connection: Connection, state: Saved) {
    this.host = host
    this.datagrams = connection.transport === 'udp'
    this.state = state
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const { lines, offsets } = this.state
    lines[side] += latin1(bytes, start, end) + (this.datagrams ? '\n' : '')
    for (;;) {
      const length = lines[side].indexOf('\n') + 1
      if (length === 0) return
      const line = lines[side].slice(0, length - 1)
      lines[side] = lines[side].slice(length)
      const position = offsets[side]
      offsets[side] += this.datagrams ? length - 1 : length
      if (side === CLIENT) this.state.open.push(newCall(line, position, this.part(line, at)))
      else if (this.answer(line, at)) return
    }
  }

  private part(line: string, at: Micros): Part {
    return { first: at, last: at, wireBytes: line.length, body: undefined, mimeType: 'text/plain' }
  }

  /** Answers whether the connection was handed over. */
  private answer(line: string, at: Micros): boolean {
    const call = this.state.open.shift()
    if (call === undefined) return false
    call.response = this.part(line, at)
    this.emit(call)
    if (call.action !== 'become') return false
    const rest = this.state.lines.map((text) => Uint8Array.from(text, (character) => character.charCodeAt(0)))
    const name = call.summary!.split(' ')[2]
    this.host.handOver(name === '?' ? undefined : name, [rest[CLIENT], rest[SERVER]], at, { by: 'toy' })
    return true
  }

  private emit(call: Call): void {
    const whole = call.response !== undefined && call.missing.length === 0
    this.host.call({ ...call, status: whole ? 'complete' : 'incomplete', outcome: whole ? 'success' : 'unknown' })
  }

  gap(side: Side, missing: number, _at: Micros, reason: MissingReason): void {
    const { offsets, lines, open } = this.state
    const direction = side === CLIENT ? 'request' : 'response'
    open.at(0)?.missing.push({ direction, offset: offsets[side] + lines[side].length, bytes: missing, reason })
    offsets[side] += lines[side].length + missing
    lines[side] = ''
  }

  end(side: Side): void {
    if (side !== SERVER) return
    for (const call of this.state.open.splice(0)) this.emit(call)
  }

  close(): void {
    this.end(SERVER)
  }

  pending(): Call[] {
    return this.state.open.map((call) => ({ ...call }))
  }

  get idle(): boolean {
    return this.state.open.length === 0
  }

  save(): Saved {
    return structuredClone(this.state)
  }
}

const newCall = (line: string, position: number, request: Part): Call => ({
  protocol: 'toy',
  position,
  action: line.split(' ')[1],
  summary: line,
  outcome: 'unknown',
  request,
  response: undefined,
  status: 'pending',
  missing: [],
  findings: [],
  error: undefined,
  fields: { toy: { word: line.split(' ')[1] } },
  messages: [],
})

/** Each beginning of a reader is told to `begun`. */
export const toy = (begun: (beginning: Beginning) => void = () => undefined): Protocol => ({
  name: 'toy',
  upgrade: 'toy/1',
  transports: ['tcp', 'udp'],
  client: begins('toy? '),
  server: begins('toy! '),
  reader: {
    open(connection, host, beginning) {
      begun(beginning)
      return new ToyReader(host, connection, { lines: ['', ''], offsets: [...beginning.offsets], open: [] })
    },
    load: (saved, connection, host) => new ToyReader(host, connection, saved as Saved),
  },
})
