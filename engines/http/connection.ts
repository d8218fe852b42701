import { describeGrpcWeb } from '../grpc/web.ts'
import type { Message } from '../protocols/call.ts'
import type { Beginning, Host, Reader as ProtocolReader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { isOdd, pairBackwards, QUIET, UNCERTAIN } from './backwards.ts'
import { type Agreed, agreementOf, asksToChange, protocolOf } from './change.ts'
import { copyOfExchange } from './exchange.ts'
import type { HttpExchange, HttpMessage, HttpRequest, HttpResponse } from './facts.ts'
import type { Fields } from './fields.ts'
import { type Framing, framingFindings, requestFraming, responseFraming } from './framing.ts'
import { type HttpLimits, limitsOf } from './limits.ts'
import type { Listener, SavedReader } from './listener.ts'
import { isAnswerAlone, isLossAlone, newExchange, note, Pairing, waits } from './pairing.ts'
import { Reader } from './reader.ts'
import type { StartLine } from './start-line.ts'

/** A connection between two bytes, as plain data. */
export interface Saved {
  version: 1
  readers: [SavedReader, SavedReader]
  open: HttpExchange[]
  /** Index in `open` of the exchange whose request, whose response is being read; -1 for none. */
  reading: [number, number]
  doubt: boolean
  pipelined: boolean
  answered: boolean
  last: number
  interim: number[]
  agreed: Agreed | undefined
  ended: [boolean, boolean]
}

const DIRECTION = ['request', 'response'] as const
const EARLIEST = 0 as Micros

/**
 * HTTP/1.0 and 1.1 on one TCP connection (RFC 9110, RFC 9112): bytes of both sides in, exchanges out. It watches, so it goes on after a
 * loss or a violation, and never throws.
 */
export class HttpConnection implements ProtocolReader, Listener {
  /** What was agreed on when the connection changed over to another protocol. */
  private agreed: Agreed | undefined = undefined
  private readonly host: Host
  private readonly limits: HttpLimits
  private readonly readers: readonly [Reader, Reader]
  private readonly pairing = new Pairing()
  /** The exchange whose request is being read, and the one whose response is. */
  private readonly reading: [HttpExchange | undefined, HttpExchange | undefined] = [undefined, undefined]
  private readonly done: [boolean, boolean] = [false, false]
  /** When somebody spoke last. */
  private last = 0
  /** Interim answers whose final one has not come, while pairing is adrift. */
  private interims: number[] = []

  constructor(host: Host) {
    const limits = limitsOf(host.limits)
    const { codecs } = host
    this.host = host
    this.limits = limits
    this.readers = [new Reader(CLIENT, this, codecs, limits, EARLIEST), new Reader(SERVER, this, codecs, limits, EARLIEST)]
  }

  /** `bytes[start..end)` come next on this side. They are only looked at during the call. A call is a segment: after a loss, messages are looked for at its beginning. */
  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    if (this.pairing.doubt && at - this.last > QUIET) this.settle()
    this.last = at
    this.readers[side].receive(bytes, start, end, at)
    if (this.agreed !== undefined) this.leave(at)
  }

  /** `missing` bytes come next on this side that nobody saw. */
  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    if (missing > 0) this.readers[side].gap(missing, at, reason)
  }

  /** Where the conversation was under way, what does not look like a message is passed over until one begins, and is not called malformed. */
  begin({ offsets, midway }: Beginning): void {
    for (const side of [CLIENT, SERVER] as const) {
      if (midway) this.readers[side].phase = 'lost'
      this.readers[side].offset = offsets[side]
    }
  }

  /** This side sends no more. */
  end(side: Side, _at: Micros): void {
    if (this.done[side]) return
    this.done[side] = true
    this.finishSide(side, true)
    if (side === CLIENT) return
    if (this.done[CLIENT]) this.settle()
    for (const exchange of [...this.pairing.open])
      if (this.pairing.adrift && exchange !== this.reading[CLIENT]) this.emit(exchange, UNCERTAIN)
      else if (waits(exchange) && exchange !== this.reading[CLIENT]) this.emit(exchange, 'closed-before-response')
  }

  /** The connection is closed, or let go: everything open comes out. */
  close(_at: Micros): void {
    if (!this.done[CLIENT]) this.finishSide(CLIENT, false)
    if (!this.done[SERVER]) this.finishSide(SERVER, false)
    for (const exchange of [...this.pairing.open]) {
      if (waits(exchange) && exchange.missing.length === 0) {
        if (this.done[SERVER]) note(exchange, 'closed-before-response')
        else this.lack(exchange, SERVER, 0, 'after capture')
      }
      this.emit(exchange, this.pairing.adrift ? UNCERTAIN : undefined)
    }
  }

  /** No answer is due any more: what was held while pairing was adrift comes out, and it begins anew. A client that closes first has what it asked for. */
  private settle(): void {
    const { pairing } = this
    if (!pairing.adrift || this.reading[SERVER] !== undefined) return
    pairing.doubt = false
    this.interims = []
    const unfinished = this.reading[CLIENT]
    const out = pairBackwards(pairing.open, unfinished)
    pairing.open.length = 0
    if (unfinished !== undefined) this.add(unfinished)
    for (const exchange of out) this.tell(exchange)
  }

  /** The exchanges that are not finished, as they are now: copies, with status `pending`. */
  pending(): HttpExchange[] {
    return this.pairing.open
      .filter((exchange) => exchange.request !== undefined || (exchange.response !== undefined && !this.pairing.adrift))
      .map((exchange) => ({
        ...copyOfExchange(exchange),
        request: this.soFar(CLIENT, exchange.request),
        response: this.soFar(SERVER, exchange.response),
        messages: exchange === this.reading[SERVER] ? this.readers[SERVER].messages?.slice() : exchange.messages,
      }))
  }

  private soFar<M extends HttpMessage>(side: Side, message: M | undefined): M | undefined {
    const reader = this.readers[side]
    return message === undefined || reader.message !== message
      ? message && { ...message }
      : { ...message, complete: false, body: reader.bodySoFar() }
  }

  began(side: Side, message: HttpMessage, position: number, line: StartLine, fields: Fields, blankLines: boolean): Framing {
    const exchange =
      side === CLIENT ? this.beginRequest(message as HttpRequest, position) : this.beginResponse(message as HttpResponse, position)
    this.reading[side] = exchange
    if (line.findings.length > 0) for (const finding of line.findings) note(exchange, finding)
    if (fields.findings.length > 0) for (const finding of fields.findings) note(exchange, finding)
    if (blankLines) note(exchange, 'blank-line-before-message')
    framingFindings(line, fields, exchange.findings)
    if (side === CLIENT) return requestFraming(fields)
    const method = exchange.request?.method
    if (line.status === 101) exchange.upgrade = fields.upgrade ?? 'unknown'
    else if (method === 'CONNECT' && line.status >= 200 && line.status < 300) exchange.upgrade = 'tunnel'
    return responseFraming(line, fields, method)
  }

  private beginRequest(request: HttpRequest, position: number): HttpExchange {
    const { pairing } = this
    const early = pairing.forRequest(request.first)
    if (pairing.open.length > 0 && !pairing.adrift) this.letGo(request.first)
    if (early !== undefined) {
      early.request = request
      early.position = position
      return early
    }
    const exchange = newExchange(position, request, undefined)
    this.add(exchange)
    return exchange
  }

  /** A request begins: whole answers from before it will find no request any more, nor losses an answer. */
  private letGo(first: Micros): void {
    for (const exchange of [...this.pairing.open]) {
      if (isAnswerAlone(exchange) && exchange.response!.first < first && exchange !== this.reading[SERVER]) this.emit(exchange)
      else if (isLossAlone(exchange) && !this.pairing.pipelined) this.emit(exchange)
    }
  }

  private beginResponse(response: HttpResponse, position: number): HttpExchange {
    const { pairing } = this
    const waiting = pairing.forResponse(response.first)
    if (!pairing.adrift && (pairing.open.length > 1 || waiting === undefined)) this.passOver(waiting)
    const exchange = waiting ?? newExchange(-position - 1, undefined, undefined)
    if (waiting === undefined) this.add(exchange)
    else if (waiting.request === undefined && waiting.error === undefined) waiting.position = -position - 1
    exchange.response = response
    if (this.interims.length > 0) exchange.interim.push(...this.interims.splice(0))
    return exchange
  }

  /** After a loss: requests before the one that is answered now will get no answer. And where no client is seen, an answer waits for its request no longer than the next one. */
  private passOver(answered: HttpExchange | undefined): void {
    for (const exchange of [...this.pairing.open]) {
      if (exchange === answered) return
      if (waits(exchange) ? answered !== undefined && this.pairing.doubt : this.readers[CLIENT].offset === 0) this.emit(exchange)
    }
  }

  interim(status: number, at: Micros): void {
    const interims = this.pairing.forResponse(at)?.interim ?? (this.pairing.adrift ? this.interims : undefined)
    if (interims !== undefined && interims.length < 64) interims.push(status)
  }

  ended(side: Side, message: HttpMessage, findings: readonly string[], messages: Message[] | undefined): void {
    const exchange = this.reading[side]!
    if (messages !== undefined) exchange.messages = messages
    this.reading[side] = undefined
    if (findings.length > 0) for (const finding of findings) note(exchange, finding)
    if (side === CLIENT) {
      if (waits(exchange)) {
        if (exchange.error?.direction === 'response') this.emit(exchange)
        else if (this.done[SERVER]) this.emit(exchange, 'closed-before-response')
      } else if (exchange !== this.reading[SERVER]) this.emit(exchange)
      if (this.agreed !== undefined || (message as HttpRequest).method === 'CONNECT') this.readers[CLIENT].upgrade()
      return
    }
    if (exchange.upgrade !== undefined && message.complete) this.change(exchange)
    else if (this.readers[CLIENT].phase === 'held' && !this.mayChange()) this.readers[CLIENT].refuse()
    if (this.reading[CLIENT] === exchange) return
    if (isAnswerAlone(exchange) && this.pairing.adrift) return
    if (isAnswerAlone(exchange) && !this.done[CLIENT] && this.readers[CLIENT].offset > 0 && exchange.missing.length === 0) return
    this.emit(exchange)
  }

  private change(exchange: HttpExchange): void {
    this.agreed = agreementOf(exchange)
    this.readers[CLIENT].upgrade()
    this.readers[SERVER].upgrade()
  }

  mayChange(): boolean {
    return this.pairing.open.some((exchange) => waits(exchange) && asksToChange(exchange.request))
  }

  /** Once neither side has HTTP left to read, whoever reads what the connection changed to goes on. */
  private leave(at: Micros): void {
    const [client, server] = this.readers
    if ((client.phase !== 'held' && !this.done[CLIENT]) || (server.phase !== 'held' && !this.done[SERVER])) return
    for (const exchange of [...this.pairing.open]) this.emit(exchange)
    const agreed = this.agreed!
    this.host.handOver(protocolOf(agreed), [client.takeHeld(), server.takeHeld()], at, agreed, client.holed || server.holed)
  }

  malformed(side: Side, message: HttpMessage | undefined, code: string, offset: number, at: Micros): void {
    const { pairing } = this
    const direction = DIRECTION[side]
    let exchange = message === undefined ? undefined : this.reading[side]
    if (pairing.adrift && message === undefined) this.lose(side)
    else if (exchange === undefined && side === SERVER) exchange = pairing.open.find(waits)
    if (exchange === undefined) {
      exchange = newExchange(side === CLIENT ? offset : -offset - 1, undefined, undefined)
      this.add(exchange)
    }
    exchange.error ??= { code, direction, offset, at }
    pairing.doubt = true
    if (message === undefined && side === SERVER && exchange !== this.reading[CLIENT]) this.emit(exchange)
  }

  lost(side: Side, offset: number, missing: number, _at: Micros, reason: MissingReason): void {
    const { pairing } = this
    const entry = { direction: DIRECTION[side], offset, bytes: missing, reason }
    if (side === SERVER) pairing.open.find(waits)?.missing.push(entry)
    else if (!pairing.adrift) this.requestsLost(entry)
    this.lose(side)
    if (side === SERVER) pairing.doubt ||= pairing.open.length > 0
  }

  /** Requests may have been lost: what answers them is one exchange with the loss, which stands in their place until it comes. */
  private requestsLost(entry: HttpExchange['missing'][number]): void {
    const { open } = this.pairing
    const alone = open.filter((exchange) => isAnswerAlone(exchange) || (isLossAlone(exchange) && !this.pairing.pipelined))
    for (const exchange of alone) exchange.missing.push(entry)
    if (alone.length === 0 && entry.reason !== 'before capture') this.addLoss(entry)
    for (const exchange of alone) if (isAnswerAlone(exchange) && exchange !== this.reading[SERVER]) this.emit(exchange)
  }

  private addLoss(entry: HttpExchange['missing'][number]): void {
    const exchange = newExchange(entry.offset, undefined, undefined)
    exchange.missing.push(entry)
    this.add(exchange)
  }

  missing(side: Side, _message: HttpMessage, offset: number, missing: number, reason: MissingReason, adrift: boolean): void {
    const entry = { direction: DIRECTION[side], offset, bytes: missing, reason }
    this.reading[side]?.missing.push(entry)
    if (!adrift) return
    this.lose(side)
    if (side === SERVER) this.pairing.doubt ||= this.pairing.open.some(waits)
    else if (!this.pairing.adrift) this.addLoss(entry)
  }

  /** Messages may have been lost on this side. While pairing is adrift, those before cannot be told by counting back from the end. */
  private lose(side: Side): void {
    const { pairing } = this
    pairing.answered = side === SERVER
    if (!pairing.adrift) return
    for (const exchange of [...pairing.open]) {
      if (exchange === this.reading[CLIENT] || exchange === this.reading[SERVER]) continue
      if (side === SERVER ? isAnswerAlone(exchange) : waits(exchange) && !isOdd(exchange)) this.emit(exchange, UNCERTAIN)
    }
  }

  asked(): boolean {
    return this.reading[SERVER]?.request !== undefined || this.readers[CLIENT].offset === 0
  }

  private finishSide(side: Side, said: boolean): void {
    const reader = this.readers[side]
    const lacks = reader.lacks(said)
    const concerned = lacks < 0 ? undefined : (this.reading[side] ?? this.pairing.open.find(waits))
    if (concerned !== undefined) {
      if (said) note(concerned, 'closed-before-end')
      else this.lack(concerned, side, lacks, 'after capture')
    }
    reader.end(said)
  }

  private lack(exchange: HttpExchange, side: Side, bytes: number, reason: MissingReason): void {
    exchange.missing.push({ direction: DIRECTION[side], offset: this.readers[side].offset, bytes, reason })
  }

  /** Opens an exchange. When there are too many, the oldest that is not being read comes out as it is. */
  private add(exchange: HttpExchange): void {
    const { open } = this.pairing
    this.pairing.add(exchange)
    if (open.length <= this.limits.open) return
    const oldest = open.find((candidate) => candidate !== this.reading[CLIENT] && candidate !== this.reading[SERVER])
    if (oldest !== undefined) this.emit(oldest, 'too-many-open')
  }

  private emit(exchange: HttpExchange, finding?: string): void {
    this.pairing.remove(exchange)
    if (finding !== undefined) note(exchange, finding)
    this.tell(exchange)
  }

  private tell(exchange: HttpExchange): void {
    const { request, response } = exchange
    if (request === undefined && response === undefined && exchange.error === undefined) return
    if (exchange.error !== undefined) exchange.status = 'malformed'
    else exchange.status = request?.complete && response?.complete && exchange.missing.length === 0 ? 'complete' : 'incomplete'
    describeGrpcWeb(exchange)
    this.host.exchange(exchange)
  }

  get idle(): boolean {
    const { readers, done } = this
    const open = this.pairing.open.length > 0 || this.pairing.doubt || this.interims.length > 0 || this.agreed !== undefined
    return !open && !done[CLIENT] && !done[SERVER] && readers[CLIENT].idle && readers[SERVER].idle
  }

  get asNew(): boolean {
    return !this.pairing.pipelined && this.idle
  }

  save(): Saved {
    const { open, doubt, pipelined, answered } = this.pairing
    return {
      version: 1,
      readers: [this.readers[CLIENT].save(), this.readers[SERVER].save()],
      open: open.map(copyOfExchange),
      reading: [open.indexOf(this.reading[CLIENT]!), open.indexOf(this.reading[SERVER]!)],
      doubt,
      pipelined,
      answered,
      // Silence only tells something of what is open.
      last: this.idle ? 0 : this.last,
      interim: [...this.interims],
      agreed: this.agreed,
      ended: [...this.done],
    }
  }

  static load(saved: Saved, host: Host): HttpConnection {
    const connection = new HttpConnection(host)
    connection.pairing.open.push(...saved.open.map(copyOfExchange))
    connection.pairing.doubt = saved.doubt
    connection.pairing.pipelined = saved.pipelined
    connection.pairing.answered = saved.answered
    connection.last = saved.last
    connection.interims = [...saved.interim]
    connection.agreed = saved.agreed
    for (const side of [CLIENT, SERVER] as const) {
      const exchange = connection.pairing.open[saved.reading[side]]
      connection.reading[side] = exchange
      connection.readers[side].load(saved.readers[side], side === CLIENT ? exchange?.request : exchange?.response)
      connection.done[side] = saved.ended[side]
    }
    return connection
  }
}
