import { IXFR, SOA } from './codes.ts'
import { type Message, responseCodeOf } from './message.ts'

/** A zone transfer, whose answer is many messages: it ends with the record it began with (RFC 5936 section 2.2, RFC 1995 section 4). */
export class Transfer {
  /** Seen so far. */
  records = 0
  private beginning: string | undefined = undefined
  private readonly type: number

  constructor(type: number) {
    this.type = type
  }

  /** Whether this message is the last one. */
  ends(message: Message): boolean {
    const { answers, leftOut, lastSoa } = message
    const first = answers.at(0)
    if (this.records === 0 && first?.type === SOA) this.beginning = first.data
    this.records += answers.length + leftOut
    if (responseCodeOf(message) !== 0 || this.beginning === undefined) return true
    // Who has the zone already is told its SOA record alone.
    if (this.records === 1) return this.type === IXFR
    return lastSoa === this.beginning
  }

  save(): { type: number; records: number; beginning: string | undefined } {
    return { type: this.type, records: this.records, beginning: this.beginning }
  }

  static load(saved: ReturnType<Transfer['save']>): Transfer {
    const transfer = new Transfer(saved.type)
    transfer.records = saved.records
    transfer.beginning = saved.beginning
    return transfer
  }
}
