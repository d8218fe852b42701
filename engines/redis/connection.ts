import type { ExchangeStatus, Missing } from '../http/facts.ts'
import type { Call } from '../protocols/call.ts'
import { beginning, copyOfDirection, type Direction } from '../protocols/direction.ts'
import type { Beginning, Host, Reader } from '../protocols/protocol.ts'
import { CLIENT, type MissingReason, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { type Answered, type Context, callOf, callOfAnswer } from './call.ts'
import { Arguments, type Command } from './command.ts'
import { splitInline } from './inline.ts'
import { LIMITS } from './limits.ts'
import { mask } from './mask.ts'
import { Pairing, type SavedPairing } from './pairing.ts'
import { mayBeCommand, mayBeReply } from './recognise.ts'
import { Reply, type SavedReply } from './reply.ts'
import { ARRAY, PUSH, Resp, type SavedResp, SIMPLE } from './resp.ts'
import { isConfirmation, isMessage, type SavedSession, Session } from './session.ts'

export interface SavedRedis {
  directions: [Direction, Direction]
  parsers: [SavedResp, SavedResp]
  arguments: { args: string[]; count: number; cut: boolean; keep: number }
  reply: SavedReply
  pairing: SavedPairing
  session: SavedSession
  early: Answered[]
  partial: Answered | undefined
  opaque: boolean
}

/** Replies kept whose commands come later: their packets were held up. */
const MOST_EARLY = 64
const MONITORED = /^\d+\.\d+ \[/
const MONITOR_LINE = /^(\d+\.\d+) (\[[^\]]*\]) (.*)$/s

/** Reads one connection of Redis: a call a command, and one for each message that comes unasked. */
export class RedisConnection implements Reader {
  private readonly host: Host
  private directions: [Direction, Direction]
  private readonly parsers = [new Resp(true), new Resp(false)] as const
  private readonly arguments = new Arguments()
  private readonly reply: Reply
  private readonly pairing: Pairing
  private readonly session: Session
  private early: Answered[] = []
  /** Confirmations of a command that gets several. */
  private partial: Answered | undefined = undefined
  /** Replication has begun, which is not read. */
  private opaque = false

  constructor(host: Host, { offsets, midway }: Pick<Beginning, 'offsets' | 'midway'>) {
    this.host = host
    this.directions = [beginning(offsets[0], midway), beginning(offsets[1], midway)]
    this.reply = new Reply(Math.max(host.limits.keepBody, LIMITS.reply))
    this.pairing = new Pairing(midway)
    this.session = new Session(midway)
  }

  receive(side: Side, bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const direction = this.directions[side]
    const base = direction.offset - start
    direction.offset += end - start
    if (this.opaque || end === start) return
    if (direction.lost) {
      if (!(side === CLIENT ? mayBeCommand : mayBeReply)(bytes, start, end)) return
      direction.lost = false
    }
    const parser = this.parsers[side]
    const sink = side === CLIENT ? this.arguments : this.reply
    let from = start
    while (from < end && !this.opaque) {
      const begins = parser.idle
      if (begins) {
        direction.position = base + from
        direction.first = at
      }
      // A blank line is no command.
      if (side === SERVER || begins)
        for (const command of this.pairing.spoke(side === SERVER, !isBlank(bytes[from]), at)) this.emit(command, undefined, 'incomplete')
      from = parser.read(bytes, from, end, sink)
      if (parser.error !== undefined) {
        this.malformed(side, parser.error, at)
        return
      }
      if (parser.ended) this.ended(side, base + from, at)
      if (direction.lost) return
    }
  }

  /** A value ends at `offset`. */
  private ended(side: Side, offset: number, at: Micros): void {
    const direction = this.directions[side]
    const { position, first, missing } = direction
    direction.missing = []
    const times = { position, first: first as Micros, last: at, wireBytes: offset - position }
    if (side === SERVER) this.answered(times, missing)
    else if (this.arguments.bad) this.malformed(CLIENT, 'not-a-command', at)
    else if (this.arguments.count > 0) this.asked({ ...times, ...this.arguments.take(), missing, findings: [] })
    else this.arguments.reset()
  }

  private asked(command: Command): void {
    const { name } = command
    if (!this.session.asked(command)) {
      this.emit(command, undefined, 'complete')
      return
    }
    const early = this.early.shift()
    if (early !== undefined) {
      this.answer(command, early)
      return
    }
    if (name === 'SYNC') this.opaque = true
    if (this.pairing.ask(command)) return
    command.findings.push('pipeline-too-long')
    this.emit(command, undefined, 'incomplete')
  }

  private answered(times: { position: number; first: Micros; last: Micros; wireBytes: number }, missing: Missing[]): void {
    const { reply, session, pairing } = this
    const { type, count, first, second, integer, text, cut, attributes } = reply
    const head = pairing.head
    const name = head?.name
    const error = reply.error !== undefined && (type !== ARRAY || name === 'EXEC') ? reply.error : undefined
    const answered: Answered = { ...times, text, cut, error, attributes, missing }
    reply.reset()
    const confirms = isConfirmation(first) && (type === PUSH || (type === ARRAY && count === 3))
    const left = confirms ? session.confirmed(first!, integer ?? 0) : 0
    if (confirms && name === first!.toUpperCase()) this.confirm(head!, answered, left)
    else if (type === PUSH || (type === ARRAY && isMessage(first, count) && (session.subscribed || head === undefined))) {
      session.subscribed ||= type === ARRAY
      this.push(answered, first, second)
    } else if (type === SIMPLE && MONITORED.test(first ?? '') && (session.monitoring || head === undefined)) this.monitored(answered)
    else this.replied(answered)
  }

  /** A reply comes for the command whose turn it is. */
  private replied(answered: Answered): void {
    const { pairing } = this
    if (pairing.uncertain) {
      answered.missing = [...answered.missing, ...pairing.lost]
      this.host.call(callOfAnswer(answered, 'incomplete', this.context))
      return
    }
    const command = pairing.answer()
    if (typeof command === 'object') this.answer(command, answered)
    else if (typeof command === 'number')
      this.host.call(withFinding(callOfAnswer(answered, 'incomplete', this.context), 'pipeline-too-long'))
    else {
      this.early.push(answered)
      if (this.early.length > MOST_EARLY) this.unasked(this.early.shift()!)
    }
  }

  private answer(command: Command, answered: Answered): void {
    const { name } = command
    if (answered.error === undefined) this.session.done(command, answered.text)
    if (name === 'PSYNC' && answered.error === undefined) this.opaque = true
    if (this.opaque) command.findings.push('replication-not-read')
    const whole = command.missing.length === 0 && answered.missing.length === 0
    this.emit(command, answered, whole ? 'complete' : 'incomplete')
  }

  /** One of the confirmations of a subscription: one a channel. `left`: subscriptions of the kind that there are by now. */
  private confirm(command: Command, answered: Answered, left: number): void {
    const { partial } = this
    if (partial === undefined) this.partial = { ...answered, text: `[${answered.text}` }
    else {
      partial.last = answered.last
      partial.wireBytes += answered.wireBytes
      partial.missing = [...partial.missing, ...answered.missing]
      if (partial.text.length < this.host.limits.keepBody) partial.text += `,${answered.text}`
      else partial.cut = true
    }
    const channels = command.count - 1
    const confirmed = (command.confirmed ?? 0) + 1
    command.confirmed = confirmed
    if (channels > 0 ? confirmed < channels : left > 0) return
    const all = this.partial!
    this.partial = undefined
    this.pairing.answer()
    this.answer(command, { ...all, text: `${all.text}]` })
  }

  /** A message that nobody asked for. */
  private push(answered: Answered, kind: string | undefined, channel: string | undefined): void {
    const action = kind !== undefined && /^[\w-]{1,32}$/.test(kind) ? kind : 'push'
    const status = answered.missing.length === 0 ? 'complete' : 'incomplete'
    this.host.call(callOfAnswer(answered, status, this.context, action, channel === undefined ? action : `${action} ${channel}`))
  }

  /** A line of MONITOR: a command that somebody else sent. */
  private monitored(answered: Answered): void {
    const line = MONITOR_LINE.exec(JSON.parse(answered.cut ? '""' : answered.text) as string)
    const args = splitInline(line?.[3] ?? '')
    mask(args, args.length)
    const said = line === null ? undefined : [line[2], ...args.map((arg) => JSON.stringify(arg))].join(' ')
    const text = JSON.stringify(line === null ? '' : `${line[1]} ${said}`)
    const status = answered.missing.length === 0 ? 'complete' : 'incomplete'
    this.host.call(callOfAnswer({ ...answered, text }, status, this.context, 'MONITOR', said))
  }

  private unasked(answered: Answered): void {
    const known = answered.missing.length === 0 && this.directions[CLIENT].offset === 0
    this.host.call(callOfAnswer(answered, known ? 'complete' : 'incomplete', this.context))
  }

  private emit(command: Command, answered: Answered | undefined, status: ExchangeStatus): void {
    this.host.call(callOf(command, answered, status, this.context))
  }

  private get context(): Context {
    const { namespace, user } = this.session
    return { namespace, user, keepBody: this.host.limits.keepBody }
  }

  gap(side: Side, missing: number, at: Micros, reason: MissingReason): void {
    const direction = this.directions[side]
    const what: Missing = { direction: side === CLIENT ? 'request' : 'response', offset: direction.offset, bytes: missing, reason }
    direction.offset += missing
    if (this.opaque || missing === 0) return
    if (!direction.lost && this.parsers[side].lose(missing)) {
      if (direction.missing.length < 16) direction.missing.push(what)
      return
    }
    direction.missing.push(what)
    if (side === CLIENT) this.loseCommands(what, at)
    else this.loseReplies(what, at)
    direction.lost = true
    direction.missing = []
  }

  private loseCommands(what: Missing, at: Micros): void {
    for (const answered of this.early.splice(0)) this.unasked({ ...answered, missing: [...answered.missing, what] })
    this.cutCommand('incomplete', at)
    this.pairing.lostCommands(what)
  }

  /** Of a command, what was read of it before it was lost comes out alone. */
  private cutCommand(status: ExchangeStatus, at: Micros): Call | undefined {
    const direction = this.directions[CLIENT]
    const parser = this.parsers[CLIENT]
    const begun = !parser.idle
    const { args, name, count } = this.arguments.take()
    parser.reset()
    if (!begun) return undefined
    const { position, first, missing, offset } = direction
    const wireBytes = Math.max(0, offset - position - missing.reduce((sum, { bytes }) => sum + bytes, 0))
    const command = { position, first: first as Micros, last: at, wireBytes, args, name, count, cut: true, missing, findings: [] }
    const call = callOf(command, undefined, status, this.context)
    if (status === 'incomplete') this.host.call(call)
    return call
  }

  private loseReplies(what: Missing, at: Micros): void {
    const answered = this.cutReply(at)
    const head = this.pairing.uncertain ? undefined : this.pairing.head
    if (answered !== undefined && head !== undefined) {
      this.pairing.answer()
      this.emit(head, answered, 'incomplete')
    } else if (answered !== undefined) this.unasked(answered)
    this.partial = undefined
    this.pairing.lostReplies(what)
  }

  /** Of a reply, what was read of it before it was lost. */
  private cutReply(at: Micros): Answered | undefined {
    const direction = this.directions[SERVER]
    const begun = !this.parsers[SERVER].idle
    const { text, attributes, error } = this.reply
    this.parsers[SERVER].reset()
    this.reply.reset()
    if (!begun) return undefined
    const { position, first, missing, offset } = direction
    const wireBytes = Math.max(0, offset - position - missing.reduce((sum, { bytes }) => sum + bytes, 0))
    return { position, first: first as Micros, last: at, wireBytes, text, cut: true, error, attributes, missing }
  }

  /** What follows is not read, until a segment begins like a message. */
  private malformed(side: Side, code: string, at: Micros): void {
    const direction = this.directions[side]
    const error = { code, direction: side === CLIENT ? 'request' : 'response', offset: direction.position, at } as const
    const { position, first } = direction
    const what: Missing = { direction: error.direction, offset: position, bytes: 0, reason: 'not captured' }
    if (side === CLIENT) {
      this.parsers[CLIENT].reset()
      const { count } = this.arguments.take()
      const command = {
        position,
        first: first as Micros,
        last: at,
        wireBytes: direction.offset - position,
        args: [],
        name: undefined,
        count,
        cut: true,
        missing: [],
        findings: [],
      }
      this.host.call({ ...callOf(command, undefined, 'malformed', this.context), error })
      this.pairing.lostCommands(what)
    } else {
      const answered = this.cutReply(at) ?? {
        position,
        first: first as Micros,
        last: at,
        wireBytes: direction.offset - position,
        text: '',
        cut: true,
        error: undefined,
        attributes: undefined,
        missing: [],
      }
      const command = this.pairing.uncertain ? undefined : this.pairing.answer()
      const call =
        typeof command === 'object'
          ? callOf(command, answered, 'malformed', this.context)
          : callOfAnswer(answered, 'malformed', this.context)
      this.host.call({ ...call, error, outcome: 'unknown' })
      this.pairing.lostReplies(what)
    }
    direction.lost = true
    direction.missing = []
  }

  end(side: Side): void {
    this.directions[side].ended = true
  }

  close(at: Micros): void {
    for (const answered of this.early.splice(0)) this.unasked(answered)
    const answered = this.cutReply(at)
    const head = this.pairing.uncertain ? undefined : this.pairing.answer()
    const before = this.partial ?? answered
    if (typeof head === 'object') {
      if (before !== undefined) {
        this.lackReply(before.missing)
        this.emit(head, before, 'incomplete')
      } else this.unanswered(head)
    } else if (answered !== undefined) this.unasked(answered)
    for (const command of this.pairing.takeAll()) this.unanswered(command)
    const { offset, missing, ended } = this.directions[CLIENT]
    if (!this.parsers[CLIENT].idle && !ended) missing.push({ direction: 'request', offset, bytes: 0, reason: 'after capture' })
    this.cutCommand('incomplete', at)
  }

  private unanswered(command: Command): void {
    if (command.missing.length === 0) {
      if (this.directions[SERVER].ended) command.findings.push('closed-before-response')
      else this.lackReply(command.missing)
    }
    this.emit(command, undefined, 'incomplete')
  }

  private lackReply(missing: Missing[]): void {
    const { offset, ended } = this.directions[SERVER]
    if (!ended) missing.push({ direction: 'response', offset, bytes: 0, reason: 'after capture' })
  }

  pending(): Call[] {
    return this.pairing.open.map((command) => callOf(command, undefined, 'pending', this.context))
  }

  get idle(): boolean {
    const { parsers, pairing, early, partial } = this
    return pairing.idle && early.length === 0 && partial === undefined && parsers[CLIENT].idle && parsers[SERVER].idle
  }

  save(): SavedRedis {
    const { directions, parsers, reply, pairing, session, early, partial, opaque } = this
    const { args, count, cut, keep } = this.arguments
    return {
      directions: [copyOfDirection(directions[0]), copyOfDirection(directions[1])],
      parsers: [parsers[0].save(), parsers[1].save()],
      arguments: { args: [...args], count, cut, keep },
      reply: reply.save(),
      pairing: pairing.save(),
      session: session.save(),
      early: early.map(copyOf),
      partial: partial && copyOf(partial),
      opaque,
    }
  }

  static load(saved: SavedRedis, host: Host): RedisConnection {
    const redis = new RedisConnection(host, { offsets: [0, 0], midway: false })
    redis.directions = [copyOfDirection(saved.directions[0]), copyOfDirection(saved.directions[1])]
    redis.parsers[0].load(saved.parsers[0])
    redis.parsers[1].load(saved.parsers[1])
    Object.assign(redis.arguments, saved.arguments, { args: [...saved.arguments.args] })
    redis.reply.load(saved.reply)
    redis.pairing.load(saved.pairing)
    redis.session.load(saved.session)
    redis.early = saved.early.map(copyOf)
    redis.partial = saved.partial && copyOf(saved.partial)
    redis.opaque = saved.opaque
    return redis
  }
}

const copyOf = <T extends { missing: Missing[] }>(from: T): T => ({ ...from, missing: [...from.missing] })
const isBlank = (byte: number): boolean => byte === 13 || byte === 10
const withFinding = (call: Call, finding: string): Call => ({ ...call, findings: [...call.findings, finding] })
