import type { Command } from './command.ts'

export interface SavedSession {
  namespace: string | undefined
  user: string | undefined
  queued: string | undefined
  channels: number
  patterns: number
  shards: number
  subscribed: boolean
  monitoring: boolean
  silent: boolean
  skip: number
}

/** Words of the first element by which messages and confirmations are told from other arrays. */
const MESSAGES: Readonly<Record<string, number>> = { message: 3, pmessage: 4, smessage: 3 }
const CONFIRMATIONS: ReadonlySet<string> = new Set(['subscribe', 'unsubscribe', 'psubscribe', 'punsubscribe', 'ssubscribe', 'sunsubscribe'])

export const isMessage = (first: string | undefined, count: number): boolean => first !== undefined && MESSAGES[first] === count
export const isConfirmation = (first: string | undefined): boolean => first !== undefined && CONFIRMATIONS.has(first)

/** What a connection agreed on: its database, its user, what it listens to, whether it is answered. */
export class Session {
  namespace: string | undefined
  user: string | undefined = undefined
  /** The client has subscribed to something; also when that was before the capture and a message came. */
  subscribed = false
  monitoring = false
  /** A database that a transaction selects. */
  private queued: string | undefined = undefined
  private channels = 0
  private patterns = 0
  private shards = 0
  /** CLIENT REPLY OFF, or SKIP. */
  private silent = false
  private skip = 0

  constructor(midway: boolean) {
    this.namespace = midway ? undefined : '0'
  }

  /** A command was sent. Answers whether it gets a reply. */
  asked(command: Command): boolean {
    if (command.name === 'CLIENT REPLY') {
      const how = command.args[2]?.toUpperCase()
      if (how === 'ON') this.silent = false
      else if (how === 'OFF') this.silent = true
      else if (how === 'SKIP') this.skip = 2
    }
    if (this.skip > 0) {
      this.skip--
      return false
    }
    return !this.silent
  }

  /** A command was answered, and not by an error. `text`: the reply, as JSON. */
  done(command: Command, text: string): void {
    const { args, name } = command
    if (name === 'SELECT' && text === '"OK"') this.namespace = args[1]
    else if (name === 'SELECT' && text === '"QUEUED"') this.queued = args[1]
    else if (name === 'EXEC' || name === 'DISCARD') {
      if (name === 'EXEC' && this.queued !== undefined && text !== 'null') this.namespace = this.queued
      this.queued = undefined
    } else if (name === 'AUTH' && text === '"OK"') this.user = command.count > 2 ? args[1] : 'default'
    else if (name === 'HELLO') this.greeted(args)
    else if (name === 'MONITOR') this.monitoring = true
    else if (name === 'RESET') this.reset()
  }

  private greeted(args: string[]): void {
    const at = args.findIndex((arg, i) => i > 1 && arg.toUpperCase() === 'AUTH')
    if (at > 0) this.user = args[at + 1]
  }

  private reset(): void {
    this.namespace = '0'
    this.user = undefined
    this.queued = undefined
    this.monitoring = false
    this.subscribed = false
    this.channels = 0
    this.patterns = 0
    this.shards = 0
  }

  /** A subscription was confirmed, or its end. `count`: how many there are by now; of channels and patterns together. Answers how many of this kind there are. */
  confirmed(kind: string, count: number): number {
    let left: number
    if (kind.startsWith('s') && kind.endsWith('subscribe') && kind !== 'subscribe') left = this.shards = count
    else if (kind.startsWith('p')) left = this.patterns = Math.max(0, count - this.channels)
    else left = this.channels = Math.max(0, count - this.patterns)
    this.subscribed = this.channels + this.patterns + this.shards > 0
    return left
  }

  save(): SavedSession {
    const { namespace, user, queued, channels, patterns, shards, subscribed, monitoring, silent, skip } = this
    return { namespace, user, queued, channels, patterns, shards, subscribed, monitoring, silent, skip }
  }

  load(saved: SavedSession): void {
    Object.assign(this, saved)
  }
}
