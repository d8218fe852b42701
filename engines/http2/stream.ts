import { isGrpc, isGrpcText } from '../grpc/grpc.ts'
import { PrefixedMessages, type SavedMessages } from '../grpc/messages.ts'
import { Body, type SavedBody } from '../http/body.ts'
import { copyOfExchange } from '../http/exchange.ts'
import type { Codecs, HttpExchange, HttpMessage, HttpRequest } from '../http/facts.ts'
import type { HttpLimits } from '../http/limits.ts'
import { newExchange, note } from '../http/pairing.ts'
import { isEventStream, ServerSentEvents } from '../sse/events.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { type Head, newRequest, newResponse } from './message.ts'

/** What one direction of a stream has come to. */
interface Direction {
  body: Body | undefined
  /** Content-Length; -1: none. */
  length: number
  messages: PrefixedMessages | undefined
  codings: readonly string[]
}

export interface SavedStream {
  id: number
  exchange: HttpExchange
  directions: { body: SavedBody | undefined; length: number; messages: SavedMessages | undefined; codings: string[] }[]
}

/** A body is not given more room at once than this, whatever its Content-Length says. */
const LARGEST_ROOM = 256 * 1024

/** One stream: an exchange that is read (RFC 9113 section 8.1). */
export class Http2Stream {
  readonly id: number
  readonly exchange: HttpExchange
  private readonly codecs: Codecs
  private readonly limits: HttpLimits
  private readonly directions: [Direction, Direction] = [newDirection(), newDirection()]

  constructor(id: number, position: number, codecs: Codecs, limits: HttpLimits) {
    this.id = id
    this.codecs = codecs
    this.limits = limits
    this.exchange = newExchange(position, undefined, undefined)
  }

  message(side: Side): HttpMessage | undefined {
    return side === CLIENT ? this.exchange.request : this.exchange.response
  }

  /** A header list that begins a message. */
  begin(side: Side, head: Head, first: Micros, last: Micros, wireBytes: number): void {
    const { exchange } = this
    if (side === CLIENT) this.exchange.request = newRequest(head, first, last, wireBytes)
    else exchange.response = newResponse(head, first, last, wireBytes)
    for (const finding of head.findings) note(exchange, finding)
    const direction = this.directions[side]
    direction.length = head.length
    direction.codings = head.codings
    if (isGrpc(head.type) && !isGrpcText(head.type)) direction.messages = new PrefixedMessages()
    if (side === SERVER && isEventStream(head.type)) this.bodyOf(direction).events = new ServerSentEvents()
    const { request, response } = exchange
    if (request?.method !== 'CONNECT' || response === undefined || response.status < 200 || response.status >= 300) return
    exchange.upgrade = pseudo(request, ':protocol') ?? 'tunnel'
  }

  /** Bytes of the message of this side, which is there. Answers the body: it holds on to the bytes until it is settled. */
  data(side: Side, bytes: Uint8Array, from: number, to: number, at: Micros): Body {
    const message = this.message(side)!
    message.bodyWireBytes += to - from
    const direction = this.directions[side]
    if (direction.messages !== undefined) {
      this.exchange.messages ??= []
      direction.messages.add(bytes, from, to, side === CLIENT ? 'request' : 'response', at, this.exchange.messages)
    }
    const body = this.bodyOf(direction)
    body.at = at
    body.add(bytes, from, to)
    return body
  }

  private bodyOf(direction: Direction): Body {
    if (direction.body !== undefined) return direction.body
    const body = new Body(this.codecs, this.limits)
    body.start(direction.codings, Math.min(Math.max(direction.length, 0), LARGEST_ROOM))
    direction.body = body
    return body
  }

  /** Bytes of it may be missing, and nobody knows how many. */
  lose(side: Side): void {
    const message = this.message(side)
    if (message === undefined) return
    this.directions[side].messages?.lose()
    this.bodyOf(this.directions[side]).lose(0)
  }

  /** The direction ends: `whole` as it should. */
  end(side: Side, whole: boolean): void {
    const message = this.message(side)
    const direction = this.directions[side]
    if (message === undefined || message.complete) return
    message.complete = whole
    if (direction.body !== undefined) {
      message.body = direction.body.finish(whole)
      if (direction.body.events !== undefined) this.exchange.messages = direction.body.events.messages
      direction.body = undefined
    } else if (!whole) message.body = { ...message.body, sha256: undefined }
    if (whole && this.differs(message, direction)) note(this.exchange, 'content-length-mismatch')
  }

  /** Section 8.1.1; an answer to HEAD and 304 say a length of what they do not send. */
  private differs(message: HttpMessage, { length }: Direction): boolean {
    if (length < 0 || length === message.bodyWireBytes || this.exchange.missing.length > 0) return false
    const { request, response } = this.exchange
    return message.bodyWireBytes > 0 || message !== response || (request?.method !== 'HEAD' && response.status !== 304)
  }

  /** The answer ends with no error, and without saying that it is whole: it is, unless it told a length that says otherwise. */
  endWithoutError(): void {
    const { response, missing } = this.exchange
    const { length } = this.directions[SERVER]
    if (response !== undefined && missing.length === 0 && (length < 0 || length === response.bodyWireBytes)) this.end(SERVER, true)
  }

  /** What a gRPC-Web answer carries as trailers in its body. */
  get trailersInBody(): string | undefined {
    return this.directions[SERVER].messages?.trailers
  }

  /** Both directions ended as they should. */
  get done(): boolean {
    return this.exchange.request?.complete === true && this.exchange.response?.complete === true
  }

  /** A copy, as it is now. */
  soFar(): HttpExchange {
    const { exchange } = this
    const messages = exchange.messages ?? this.directions[SERVER].body?.events?.messages
    return {
      ...copyOfExchange(exchange),
      request: this.messageSoFar(CLIENT, exchange.request),
      response: this.messageSoFar(SERVER, exchange.response),
      ...(messages && { messages: [...messages] }),
    }
  }

  private messageSoFar<M extends HttpMessage>(side: Side, message: M | undefined): M | undefined {
    const { body } = this.directions[side]
    return message && { ...message, trailers: [...message.trailers], ...(body && { body: body.soFar() }) }
  }

  save(): SavedStream {
    return {
      id: this.id,
      exchange: copyOfExchange(this.exchange),
      directions: this.directions.map(({ body, length, messages, codings }) => ({
        ...{ body: body?.save(), length, messages: messages?.save(), codings: [...codings] },
      })),
    }
  }

  static load(saved: SavedStream, codecs: Codecs, limits: HttpLimits): Http2Stream {
    const stream = new Http2Stream(saved.id, saved.exchange.position, codecs, limits)
    Object.assign(stream.exchange, saved.exchange)
    for (const side of [CLIENT, SERVER] as const) {
      const { body, length, messages, codings } = saved.directions[side]
      const direction = stream.directions[side]
      direction.length = length
      direction.codings = codings
      direction.messages = messages && PrefixedMessages.load(messages)
      if (body !== undefined) {
        direction.body = new Body(codecs, limits)
        direction.body.load(body)
      }
    }
    return stream
  }
}

const newDirection = (): Direction => ({ body: undefined, length: -1, messages: undefined, codings: [] })

const pseudo = (request: HttpRequest, name: string): string | undefined => {
  const at = request.headers.indexOf(name)
  return at < 0 ? undefined : request.headers[at + 1]
}
