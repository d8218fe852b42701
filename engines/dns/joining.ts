import type { Missing } from '../http/facts.ts'
import type { Call } from '../protocols/call.ts'
import { CLIENT, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { type Arrived, addFields, addMessage, copyOfOpen, more, newCall, note, partOf } from './call.ts'
import { AXFR, IXFR } from './codes.ts'
import { saysMore } from './fields.ts'
import { HEADER, isResponse, type Message, operationOf } from './message.ts'
import { Transfer } from './transfer.ts'

/** Questions of one conversation that wait for their answer; the oldest comes out for a further one. */
const MOST_OPEN = 1024
/** Answered questions whose further answers are known for that. */
const MOST_ANSWERED = 16
/** No resolver waits longer for an answer, µs. */
const PATIENCE = 30e6
/** Messages told of one zone transfer. */
const MOST_MESSAGES = 100

/** A question that waits. */
interface Open {
  call: Call
  /** The question, until its fields are told: an answer says them all again. */
  asked: Message | undefined
  key: string
  retries: number
  /** The zone transfer that its answers are. */
  transfer: Transfer | undefined
  /** What was lost since where its answer may have been. */
  lost: Missing | undefined
}

export interface SavedJoining {
  open: (Omit<Open, 'asked' | 'transfer'> & { transfer: ReturnType<Transfer['save']> | undefined })[]
  answered: string[]
  lost: [Missing | undefined, Missing | undefined]
}

/** How questions and answers of a conversation find each other. */
export interface Manner {
  /** Questions go to all, and nobody answers here. */
  multicast: boolean
  /** Answers come without having been asked for, or were asked for elsewhere. */
  unasked: boolean
}

/** Joins questions and answers of one conversation: by id and question (RFC 5452 section 9.1). */
export class Joining {
  private readonly open = new Map<string, Open>()
  private answered: string[] = []
  /** The last loss of each side that may have held whole messages. */
  private losses: [Missing | undefined, Missing | undefined] = [undefined, undefined]
  private readonly emit: (call: Call) => void
  private readonly manner: Manner

  constructor(emit: (call: Call) => void, manner: Manner) {
    this.emit = emit
    this.manner = manner
  }

  take(arrived: Arrived): void {
    const { message } = arrived
    this.letGo(arrived.last)
    if (message.length < HEADER) this.alone(arrived, isResponse(message) ? 'response' : 'request')
    else if (isResponse(message)) this.answer(keyOf(message), arrived)
    else if (this.manner.multicast) this.alone(arrived, 'request')
    else this.ask(keyOf(message), arrived)
  }

  /** Bytes are lost that may have held whole messages of this side. */
  lose(side: Side, offset: number, bytes: number, reason: Missing['reason']): void {
    this.losses[side] = { direction: side === CLIENT ? 'request' : 'response', offset, bytes, reason }
    for (const open of this.open.values()) if (sideOf(open.call) !== side) open.lost ??= { direction: 'response', offset, bytes, reason }
  }

  private alone(arrived: Arrived, direction: 'request' | 'response'): void {
    const call = newCall(arrived)
    call[direction] = partOf(arrived)
    if (arrived.message.length >= HEADER) addFields(call, arrived.message)
    addMessage(call, arrived, direction)
    this.finish(call, true)
  }

  private ask(key: string, arrived: Arrived): void {
    const known = this.open.get(key)
    if (known !== undefined) {
      this.again(known, arrived)
      return
    }
    const call = newCall(arrived)
    call.request = partOf(arrived)
    addMessage(call, arrived, 'request')
    const { message } = arrived
    const type = message.questions.at(0)?.type
    const transfer = type === AXFR || type === IXFR ? new Transfer(type) : undefined
    const open: Open = { call, asked: message, key, retries: 0, transfer, lost: undefined }
    if (type === undefined || saysMore(message)) tellQuestion(open)
    this.open.set(key, open)
    if (this.open.size > MOST_OPEN) this.giveUp(this.open.values().next().value!, 'too-many-open')
  }

  private again(open: Open, { last, wireBytes }: Arrived): void {
    const request = open.call.request!
    open.retries++
    request.last = last
    request.wireBytes += wireBytes
    note(open.call, 'retried')
    more(tellQuestion(open)).retries = open.retries
    this.open.delete(open.key)
    this.open.set(open.key, open)
  }

  private answer(key: string, arrived: Arrived): void {
    const open = this.open.get(key)
    if (open === undefined) {
      this.unasked(key, arrived)
      return
    }
    const { call, transfer } = open
    if (call.response === undefined) call.response = partOf(arrived)
    else {
      call.response.last = arrived.last
      call.response.wireBytes += arrived.wireBytes
    }
    open.asked = undefined
    if (call.messages.length === 0) addFields(call, arrived.message)
    addMessage(call, arrived, 'response')
    if (transfer !== undefined) {
      const message = { direction: 'response', at: arrived.last, bytes: arrived.wireBytes, type: undefined } as const
      if (call.messages.length < MOST_MESSAGES) call.messages.push(message)
      if (!transfer.ends(arrived.message) && call.error === undefined) return
      more(call).transferred = transfer.records
      if (open.lost !== undefined) call.missing.push(open.lost)
    }
    this.open.delete(key)
    if (this.answered.length === MOST_ANSWERED) this.answered.shift()
    this.answered.push(key)
    this.finish(call, true)
  }

  private unasked(key: string, arrived: Arrived): void {
    const again = this.answered.includes(key)
    const lost = this.losses[arrived.side === CLIENT ? 1 : 0]
    const call = newCall(arrived)
    call.response = partOf(arrived)
    addFields(call, arrived.message)
    addMessage(call, arrived, 'response')
    if (again) note(call, 'duplicate-answer')
    else if (lost !== undefined) call.missing.push({ ...lost, direction: 'request' })
    this.finish(call, again || this.manner.unasked)
  }

  /** Questions that nobody will answer any more come out. */
  private letGo(now: Micros): void {
    for (const open of this.open.values()) {
      if (now - (open.call.response ?? open.call.request!).last < PATIENCE) return
      this.giveUp(open, 'no-answer')
    }
  }

  private giveUp(open: Open, finding: string | undefined): void {
    tellQuestion(open)
    this.open.delete(open.key)
    if (open.lost !== undefined) open.call.missing.push(open.lost)
    else if (finding !== undefined) note(open.call, finding)
    this.finish(open.call, false)
  }

  /** `whole`: both messages are there, or there is no more than this one. */
  private finish(call: Call, whole: boolean): void {
    const complete = whole && call.missing.length === 0 && !call.findings.includes('closed-before-end')
    call.status = call.error !== undefined ? 'malformed' : complete ? 'complete' : 'incomplete'
    this.emit(call)
  }

  /** Nothing more comes. `unseen`: the capture ended first, at these offsets of the two sides. */
  close(unseen: readonly [number, number] | undefined): void {
    for (const open of [...this.open.values()]) {
      if (unseen !== undefined) {
        const offset = unseen[sideOf(open.call) === CLIENT ? 1 : 0]
        open.lost ??= { direction: 'response', offset, bytes: 0, reason: 'after capture' }
      }
      this.giveUp(open, 'no-answer')
    }
  }

  pending(): Call[] {
    return [...this.open.values()].map((open) => copyOfOpen(tellQuestion(open)))
  }

  /** No question waits. */
  get idle(): boolean {
    return this.open.size === 0
  }

  save(): SavedJoining {
    const open = [...this.open.values()].map((each) => {
      const { key, retries, transfer, lost } = each
      return { call: copyOfOpen(tellQuestion(each)), key, retries, transfer: transfer?.save(), lost }
    })
    return { open, answered: [...this.answered], lost: [...this.losses] }
  }

  load({ open, answered, lost }: SavedJoining): void {
    for (const { call, transfer, ...rest } of open)
      this.open.set(rest.key, { ...rest, call: copyOfOpen(call), asked: undefined, transfer: transfer && Transfer.load(transfer) })
    this.answered = [...answered]
    this.losses = [...lost]
  }
}

/** Adds the fields of a question that has no answer yet. */
const tellQuestion = (open: Open): Call => {
  const { call, asked } = open
  open.asked = undefined
  if (asked !== undefined) addFields(call, asked)
  return call
}

const sideOf = ({ position }: Call): Side => (position >= 0 ? 0 : 1)

const keyOf = (message: Message): string => {
  const { id, questions } = message
  let key = `${id} ${operationOf(message)}`
  for (let i = 0; i < questions.length && i < 16; i++) key += ` ${questions[i].name} ${questions[i].type} ${questions[i].class}`
  return key
}
