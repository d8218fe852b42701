import type { Missing } from '../http/facts.ts'
import { type SavedTurns, Turns } from '../protocols/turns.ts'
import type { Micros } from '../time.ts'
import type { Command } from './command.ts'
import { shorten, sizeOf } from './command.ts'
import { LIMITS } from './limits.ts'

/** In the place of commands: so many that are only counted; or `gap`: nobody knows how many. */
type Entry = Command | number | 'gap'

export interface SavedPairing {
  queue: Entry[]
  size: number
  turns: SavedTurns
  lost: Missing[]
}

/**
 * Which reply belongs to which command: Redis answers in order, so they are counted. After a loss nobody knows how many were lost, and
 * counting means nothing from there on (`gap` in the queue) until it begins anew (`Turns`); calls are then marked `pairing-presumed` for a while.
 */
export class Pairing {
  /** Bytes that were lost, and make pairing uncertain. */
  lost: Missing[] = []
  private queue: Entry[] = []
  private size = 0
  private readonly turns: Turns

  constructor(midway: boolean) {
    this.turns = new Turns(midway)
  }

  /** Is it unknown whose reply comes next? */
  get uncertain(): boolean {
    return this.queue[0] === 'gap'
  }

  /** Those that wait for a reply, as far as they are kept. */
  get open(): Command[] {
    return this.queue.filter((entry): entry is Command => typeof entry === 'object')
  }

  /** Nobody waits, nor is it uncertain who does. */
  get idle(): boolean {
    return this.queue.length === 0
  }

  /** The command whose reply comes next. */
  get head(): Command | undefined {
    const head = this.queue[0]
    return typeof head === 'object' ? head : undefined
  }

  /** Bytes come from a side. A command that begins may be the first of a new conversation: answers those that will get no reply any more. */
  spoke(server: boolean, begins: boolean, at: Micros): Command[] {
    if (server) {
      this.turns.serverSpoke(at)
      return []
    }
    if (!this.turns.clientSpoke(begins, this.queue.length > 0, begins && this.queue.includes('gap'), at)) return []
    const given = this.takeAll()
    for (const { missing } of given) if (missing.length === 0) missing.push(...this.lost)
    return given
  }

  /** A command waits for its reply. Answers whether it is kept. */
  ask(command: Command): boolean {
    const { queue } = this
    const tail = queue.at(-1)
    if (queue.length >= LIMITS.open) {
      if (typeof tail === 'number') queue[queue.length - 1] = tail + 1
      else queue.push(1)
      return false
    }
    if (this.size + sizeOf(command) > LIMITS.waiting) shorten(command)
    this.size += sizeOf(command)
    if (this.turns.presumed) command.findings.push('pairing-presumed')
    queue.push(command)
    return true
  }

  /** A reply is whole. Answers the command it belongs to, a number for one that was not kept, or undefined. */
  answer(): Command | number | undefined {
    const head = this.queue[0]
    if (head === 'gap' || head === undefined) return undefined
    if (typeof head === 'number' && head > 1) {
      this.queue[0] = head - 1
      return head
    }
    this.queue.shift()
    if (typeof head === 'object') this.size -= sizeOf(head)
    this.turns.settle(this.queue.length === 0)
    return head
  }

  /** Commands were lost: what comes after them cannot be counted. */
  lostCommands(missing: Missing): void {
    this.note(missing)
    this.turns.requestsLost()
    if (this.queue.at(-1) !== 'gap') this.queue.push('gap')
  }

  /** Replies were lost: they belonged to those that wait now, or to nobody. */
  lostReplies(missing: Missing): void {
    this.note(missing)
    for (const command of this.open) command.missing.push(missing)
    if (this.queue[0] !== 'gap') this.queue.unshift('gap')
    this.turns.answersLost()
  }

  private note(missing: Missing): void {
    if (!this.queue.includes('gap')) this.lost = []
    if (this.lost.length < 16) this.lost.push(missing)
  }

  /** All that wait, which is forgotten. */
  takeAll(): Command[] {
    const { open } = this
    this.queue = []
    this.size = 0
    return open
  }

  save(): SavedPairing {
    const { queue, size, turns, lost } = this
    return {
      size,
      turns: turns.save(),
      lost: [...lost],
      queue: queue.map((entry) => (typeof entry === 'object' ? copyOf(entry) : entry)),
    }
  }

  load(saved: SavedPairing): void {
    this.size = saved.size
    this.turns.load(saved.turns)
    this.lost = [...saved.lost]
    this.queue = saved.queue.map((entry) => (typeof entry === 'object' ? copyOf(entry) : entry))
  }
}

const copyOf = (command: Command): Command => ({
  ...command,
  args: [...command.args],
  missing: [...command.missing],
  findings: [...command.findings],
})
