import { type Found, isCall } from '#engines/protocols/call.ts'

/** A finding of a handshake. */
const NOT_DECRYPTED = 'not-decrypted'

/** Counts what was read, for the words at the end. */
export class Summary {
  sessions = 0
  exchanges = 0
  #sealed = 0
  readonly #statuses = new Map<string, number>()
  readonly #reasons = new Map<string, { exchanges: number; bytes: number }>()
  readonly #protocols = new Map<string, number>()

  call(found: Found): void {
    const { status, missing } = found
    this.exchanges++
    if (isCall(found) && found.findings.includes(NOT_DECRYPTED)) this.#sealed++
    if (status === 'complete') return
    count(this.#statuses, status)
    for (const reason of new Set(missing.map((each) => each.reason))) {
      const sum = this.#reasons.get(reason) ?? { exchanges: 0, bytes: 0 }
      sum.exchanges++
      for (const each of missing) if (each.reason === reason) sum.bytes += each.bytes
      this.#reasons.set(reason, sum)
    }
  }

  session(protocol: string | undefined): void {
    this.sessions++
    count(this.#protocols, protocol ?? 'unknown')
  }

  /** Some lines for people. */
  text(packets: number, bytes: number, seconds: number): string {
    const rate = seconds > 0 ? bytes / 1e6 / seconds : 0
    const protocols = [...this.#protocols].sort((a, b) => b[1] - a[1]).map(([name, sum]) => `${sum} ${name}`)
    const lines = [
      `${packets} packets, ${bytes} bytes, ${this.sessions} sessions${protocols.length > 0 ? ` (${protocols.join(', ')})` : ''}, ${this.exchanges} exchanges in ${seconds.toFixed(2)} s, ${rate.toFixed(1)} MB/s`,
    ]
    const others = [...this.#statuses].map(([status, sum]) => `${sum} ${status}`)
    if (others.length === 0) lines.push('all exchanges are complete')
    else lines.push(`not complete: ${others.join(', ')}`)
    for (const [reason, sum] of this.#reasons) lines.push(`  ${reason}: ${sum.bytes} bytes in ${sum.exchanges} exchanges`)
    if (this.#sealed > 0)
      lines.push(`not decrypted: ${this.#sealed} sessions of TLS (a key log with their secrets opens them: --keylog FILE)`)
    return lines.join('\n')
  }
}

const count = (counts: Map<string, number>, key: string): void => {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
