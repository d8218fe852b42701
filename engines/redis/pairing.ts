import type { Missing } from '../http/facts.ts'
import type { Micros } from '../time.ts'
import type { Command } from './command.ts'
import { shorten, sizeOf } from './command.ts'
import { LIMITS } from './limits.ts'

/** How long nobody must have said anything, in µs, before a command is taken for the first of a new conversation. */
const QUIET = 200_000
/** Commands answered one by one, after which pairing is certain again. */
const SETTLED = 8

/** In the place of commands: so many that are only counted; or `gap`: nobody knows how many. */
type Entry = Command | number | 'gap'

export interface SavedPairing {
  queue: Entry[]
  size: number
  presumed: number
  alternating: boolean
  answered: boolean
  last: number
  lost: Missing[]
}

/**
 * Which reply belongs to which command: Redis answers in order, so they are counted. After a loss nobody knows how many were lost, and
 * counting means nothing from there on (`gap` in the queue). It begins anew with a command that nothing can be open before:
 * - of a client that never sent a command before it had the reply to the one before, once the server has spoken since; or
 * - after a while in which nobody said anything.
 * Neither is proof (a blocking command may have been lost), so calls are marked `pairing-presumed` until eight in a row went one by one.
 */
export class Pairing {
  /** Bytes that were lost, and make pairing uncertain. */
  lost: Missing[] = []
  private queue: Entry[] = []
  private size = 0
  private presumed: number
  private alternating = true
  /** The server has spoken since the client's last command. */
  private answered = false
  private last = 0

  constructor(midway: boolean) {
    this.presumed = midway ? SETTLED : 0
  }

  /** Is it unknown whose reply comes next? */
  get uncertain(): boolean {
    return this.queue[0] === 'gap'
  }

  /** Those that wait for a reply, as far as they are kept. */
  get open(): Command[] {
    return this.queue.filter((entry): entry is Command => typeof entry === 'object')
  }

  /** The command whose reply comes next. */
  get head(): Command | undefined {
    const head = this.queue[0]
    return typeof head === 'object' ? head : undefined
  }

  /** Bytes come from a side. A command that begins may be the first of a new conversation: answers those that will get no reply any more. */
  spoke(server: boolean, begins: boolean, at: Micros): Command[] {
    const quiet = at - this.last > QUIET
    this.last = at
    if (server) {
      this.answered = true
      return []
    }
    if (!begins) return []
    const regained = this.queue.includes('gap') && (quiet || (this.alternating && this.answered))
    const given = regained ? this.open : []
    if (regained) {
      for (const { missing } of given) if (missing.length === 0) missing.push(...this.lost)
      this.queue = []
      this.size = 0
      this.presumed = SETTLED
      this.alternating = true
    } else if (this.queue.length > 0) this.alternating = false
    this.answered = false
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
    if (this.presumed > 0) command.findings.push('pairing-presumed')
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
    if (this.presumed > 0) this.presumed = this.queue.length === 0 ? this.presumed - 1 : SETTLED
    return head
  }

  /** Commands were lost: what comes after them cannot be counted. */
  lostCommands(missing: Missing): void {
    this.note(missing)
    this.answered = false
    if (this.queue.at(-1) !== 'gap') this.queue.push('gap')
  }

  /** Replies were lost: they belonged to those that wait now, or to nobody. */
  lostReplies(missing: Missing): void {
    this.note(missing)
    for (const command of this.open) command.missing.push(missing)
    if (this.queue[0] !== 'gap') this.queue.unshift('gap')
    this.answered = true
  }

  private note(missing: Missing): void {
    if (!this.queue.includes('gap')) this.lost = []
    if (this.lost.length < 16) this.lost.push(missing)
  }

  /** All that wait, when the connection ends. */
  takeAll(): Command[] {
    const { open } = this
    this.queue = []
    this.size = 0
    return open
  }

  save(): SavedPairing {
    const { queue, size, presumed, alternating, answered, last, lost } = this
    return {
      size,
      presumed,
      alternating,
      answered,
      last,
      lost: [...lost],
      queue: queue.map((entry) => (typeof entry === 'object' ? copyOf(entry) : entry)),
    }
  }

  load(saved: SavedPairing): void {
    Object.assign(this, saved)
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
