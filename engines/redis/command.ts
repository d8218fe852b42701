import type { Missing } from '../http/facts.ts'
import type { Micros } from '../time.ts'
import { isInlineCommand, splitInline } from './inline.ts'
import { LIMITS } from './limits.ts'
import { MASK, mask } from './mask.ts'
import type { ValueSink } from './resp.ts'
import { textOf, upperCase } from './text.ts'

/** A command as it was read; secrets are masked already. */
export interface Command {
  position: number
  first: Micros
  last: Micros
  wireBytes: number
  args: string[]
  name: string | undefined
  /** How many it had. */
  count: number
  /** Some of its arguments were not kept whole. */
  cut: boolean
  missing: Missing[]
  findings: string[]
  /** Of a subscription: how many confirmations came. */
  confirmed?: number
}

/** Commands whose second word belongs to the name. */
const CONTAINERS: ReadonlySet<string> = new Set(
  'ACL CLIENT CLUSTER COMMAND CONFIG DEBUG FUNCTION LATENCY MEMORY MODULE OBJECT PUBSUB SCRIPT SENTINEL SLOWLOG XGROUP XINFO'.split(' '),
)
const NAME = /^[A-Za-z0-9_.|-]{1,64}$/

/** The command's name in upper case, with its subcommand; undefined where it was not seen or is none. */
const readName = (args: readonly string[]): string | undefined => {
  if (args.length === 0 || !NAME.test(args[0])) return undefined
  const name = upperCase(args[0])
  return CONTAINERS.has(name) && args.length > 1 && NAME.test(args[1]) ? `${name} ${args[1].toUpperCase()}` : name
}

/** Gathers the arguments of the command being read. */
export class Arguments implements ValueSink {
  keep: number = LIMITS.command
  args: string[] = []
  count = 0
  cut = false
  /** A line was no command. */
  bad = false

  open(_type: number, count: number): void {
    this.count = count
  }

  close(): void {}
  line(): void {}

  bulk(_type: number, bytes: Uint8Array, from: number, to: number, length: number): void {
    const whole = to - from === length
    if (!whole) this.cut = true
    if (this.args.length < LIMITS.arguments) {
      const text = textOf(bytes, from, to, !whole)
      this.args.push(whole ? text : `${text}…`)
      this.keep = Math.max(0, this.keep - (to - from))
    } else this.cut = true
  }

  inline(bytes: Uint8Array, from: number, to: number): void {
    if (!isInlineCommand(bytes, from, to)) this.bad = true
    else this.args = splitInline(textOf(bytes, from, to))
    this.count = this.args.length
  }

  /** The arguments, masked; and room for the next command's. */
  take(): Pick<Command, 'args' | 'name' | 'count' | 'cut'> {
    const { args, count, cut } = this
    mask(args, count)
    this.reset()
    return { args, name: readName(args), count, cut }
  }

  reset(): void {
    this.args = []
    this.count = 0
    this.cut = false
    this.bad = false
    this.keep = LIMITS.command
  }
}

/** Characters that a command takes while it waits. */
export const sizeOf = ({ args }: Command): number => {
  let size = 0
  for (const arg of args) size += arg.length
  return size
}

/** Keeps the name of a command, when those that wait take too much. */
export const shorten = (command: Command): void => {
  command.args.length = Math.min(command.args.length, CONTAINERS.has(command.args[0]?.toUpperCase()) ? 2 : 1)
  if (command.args[0]?.length > LIMITS.argument) command.args[0] = MASK
  command.cut = true
}
