import type { ExchangeStatus } from '../http/facts.ts'
import { CLIENT, SERVER, type Side } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { type Decryption, isEstablished } from './facts.ts'
import type { Half } from './half.ts'
import { DIRECTION, extendShare, miss, newSession, note, type Session } from './session.ts'

/** How the handshake on a connection stands: when it began and was over, how far what follows can be read, and whether that is to be told. */
export class Standing {
  session: Session = newSession()
  /** Something is known by now that was not told. */
  changed = false
  /** Nothing is waited for any more. */
  settled = false

  /** A record of the handshake. */
  begun(side: Side, offset: number, wire: number, at: Micros): void {
    const { session } = this
    if (session.position === undefined || (session.position < 0 && side === CLIENT && session.shares[CLIENT] === undefined))
      session.position = side === CLIENT ? offset : -offset - 1
    extendShare(session, side, wire, at)
  }

  isOver(at: Micros): void {
    const { session } = this
    const first = session.shares[CLIENT]?.first
    session.over = at
    if (first !== undefined) session.facts.handshake = at - first
    if (session.shares[SERVER] !== undefined) session.shares[SERVER].last = at
  }

  /** Both sides may have finished. */
  checkOver(at: Micros): void {
    const { session } = this
    if (session.over !== undefined || !isEstablished(session.facts)) return
    this.isOver(at)
  }

  malformed(code: string, side: Side, offset: number, at: Micros): void {
    const { session } = this
    if (session.over !== undefined) {
      note(session, code)
      this.changed = true
      return
    }
    session.position ??= side === CLIENT ? offset : -offset - 1
    session.error ??= { code, direction: DIRECTION[side], offset, at }
    extendShare(session, side, 0, at)
  }

  decryption(decryption: Decryption, reason: string | undefined): void {
    const { told, facts } = this.session
    if (facts.decryption === decryption || facts.decryption === 'decrypted') return
    facts.decryption = decryption
    facts.reason = reason
    if (told) this.changed = true
  }

  settle(decryption: Decryption, reason: string): void {
    this.settled = true
    this.decryption(decryption, reason)
  }

  /** Secrets are not waited for any longer. */
  giveUp(overflowed: boolean, refused: boolean): void {
    const { facts } = this.session
    this.settled = true
    if (facts.decryption !== 'waiting for secrets') return
    facts.decryption = refused ? 'wrong secrets' : 'no secrets'
    facts.reason = overflowed ? 'nobody told them before more came than is kept' : 'nobody told them'
  }

  /** It is known how the handshake went, and whether what follows can be read; and that was not told, or was told otherwise. */
  get due(): boolean {
    const { session } = this
    if (session.over === undefined) return false
    const { decryption, alerts } = session.facts
    if (!session.told) return this.settled || (decryption !== 'waiting for secrets' && decryption !== 'wrong secrets')
    return this.changed && alerts.at(-1)?.fatal === true
  }

  status(closing: boolean): ExchangeStatus {
    const { session } = this
    if (session.error !== undefined) return 'malformed'
    if (session.missing.length > 0 || (closing && session.over === undefined)) return 'incomplete'
    return 'complete'
  }

  told(): void {
    this.session.told = true
    this.changed = false
  }

  close(halves: readonly [Half, Half]): void {
    const { session } = this
    if (session.position === undefined) return
    if (!session.told) this.changed = true
    if (session.over !== undefined || session.error !== undefined) return
    const silent = session.facts.finished[SERVER] ? CLIENT : SERVER
    if (halves[silent].ended) note(session, 'closed-in-handshake')
    else if (session.missing.length === 0) miss(session, silent, halves[silent].records.offset, 0, 'after capture')
  }
}
