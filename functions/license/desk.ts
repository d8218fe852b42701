import { randomUUID } from 'node:crypto'
import type { State } from '#adapters/state/port.ts'
import { HOUR } from '#engines/license/hours.ts'
import { type Standing, standingOf } from '#engines/license/standing.ts'
import type { LicenseDocument } from '#events/documents/license.ts'
import type { UsageStatistics } from '#events/documents/statistics.ts'
import type { LicenseChanged } from '#events/license-changed.ts'
import { decodeJson, encodeJson } from '../lane/json.ts'
import type { Books } from './books.ts'
import { causeOf } from './cause.ts'
import { hourDocuments } from './hours.ts'
import { VendorKeys } from './keys.ts'
import { LEDGER, type Ledger } from './ledger.ts'
import { reportOf, type Sent, send } from './report.ts'
import { readAccepted, writeAccepted } from './standing.ts'
import { InvalidLicense, isUnknownKey, type License, verifyLicense } from './token.ts'

const INSTALLATION = 'license/installation'
const SENT = 'license/sent'
const STATE = 'license/state'
/** Statistics that were not accepted are sent again after so long, ms; at every look while all is stopped. */
const AGAIN = HOUR / 12
/** Hours that are shown go back so far, ms. */
const SHOWN = 31 * 24 * HOUR

const iso = (at: number): string => new Date(at).toISOString()
const minute = (at: number): string => iso(at).slice(0, 16).replace('T', ' ')

/** The license and where it comes from; undefined: the evaluation. */
export interface Licensed {
  token: string
  server: string
  anonymous: boolean
}

export interface DeskPorts {
  state: State
  books: Books<Ledger>
  licensed: Licensed | undefined
  version: string
  now: () => number
  /** Told when what the license allows has changed. */
  changed: (change: LicenseChanged) => Promise<void>
}

/** The license in force: the one that was given, or the evaluation with the reason. */
export type InForce = { license: License; message: string } | { license: undefined; message: string }

export const EVALUATION =
  'Evaluation license: everything works, nothing is sent. Set SPIDER_LICENSE and SPIDER_LICENSE_SERVER to license it.'

/** Watches over the license: sends the statistics when they are due, and says what the license allows. */
export class Desk {
  readonly #ports: DeskPorts

  constructor(ports: DeskPorts) {
    this.#ports = ports
  }

  /** The license in force now. Never throws for what is wrong with the one given: that is the message, and the evaluation applies. */
  async inForce(): Promise<InForce> {
    const { licensed, state, now } = this.#ports
    if (licensed === undefined) return { license: undefined, message: EVALUATION }
    const keys = new VendorKeys(state, licensed.server)
    try {
      const license = await verifyLicense(licensed.token, await keys.known(), now()).catch(async (error: Error) => {
        if (!isUnknownKey(error)) throw error
        return verifyLicense(licensed.token, await keys.fetch(), now())
      })
      return { license, message: `Licensed to ${license.owner}: ${license.cores} cores until ${minute(license.to)} UTC.` }
    } catch (error) {
      const reason =
        error instanceof InvalidLicense
          ? error.message
          : `The license could not be checked: ${causeOf(error as Error)}. Is ${licensed.server} the license server?`
      return { license: undefined, message: `${reason} Until then the evaluation applies.` }
    }
  }

  /** Why the license that was given does not hold; undefined when it does, and when none was given. */
  async refused(): Promise<string | undefined> {
    const { license, message } = await this.inForce()
    return this.#ports.licensed === undefined || license !== undefined ? undefined : message
  }

  /** To be called about once a minute: sends what is due, and tells of a change. */
  async tick(): Promise<Standing> {
    const { state, now } = this.#ports
    const { license } = await this.inForce()
    const before = await readAccepted(state)
    if (license === undefined) await writeAccepted(state, undefined)
    else {
      const accepted = before ?? { at: now(), latest: now() }
      const sent = await this.#sendIfDue(license, standingOf(accepted, now()))
      await writeAccepted(state, {
        at: sent?.accepted ? now() : accepted.at,
        latest: sent?.accepted ? now() : Math.max(accepted.latest, now()),
      })
    }
    const standing = standingOf(await readAccepted(state), now())
    await this.#tell(standing)
    return standing
  }

  async #sendIfDue(license: License, { state: allowed }: Standing): Promise<Sent | undefined> {
    const { state, licensed, now } = this.#ports
    const last = await this.lastSent()
    const wait = last?.accepted ? HOUR : AGAIN
    if (allowed !== 'stopped' && last !== undefined && now() >= last.at && now() - last.at < wait) return undefined
    const sent = await send(await this.#report(license, await this.#ledger()), licensed!.server, licensed!.token, now())
    await state.set(SENT, encodeJson(sent))
    return sent
  }

  /** The statistics that would be sent now; undefined under the evaluation, which sends none. */
  async next(): Promise<UsageStatistics | undefined> {
    const { license } = await this.inForce()
    return license && this.#report(license, await this.#ledger())
  }

  #ledger(): Promise<Ledger> {
    return this.#ports.books.read(LEDGER)
  }

  async #report({ id }: License, { hours }: Ledger): Promise<UsageStatistics> {
    const { state, licensed, version, now } = this.#ports
    const installation = new TextDecoder().decode(await state.claim(INSTALLATION, new TextEncoder().encode(randomUUID())))
    const acceptedAt = (await readAccepted(state))?.at ?? now()
    return reportOf(hours, { license: id, installation, version, anonymous: licensed?.anonymous ?? false, acceptedAt }, now())
  }

  /** What was sent last, and what became of it. */
  async lastSent(): Promise<Sent | undefined> {
    const kept = await this.#ports.state.get(SENT)
    return kept && decodeJson<Sent>(kept)
  }

  /** What the license allows now. */
  async standing(): Promise<Standing> {
    return standingOf(await readAccepted(this.#ports.state), this.#ports.now())
  }

  /** All there is to see of the license. */
  async view(): Promise<LicenseDocument> {
    const [{ license, message }, standing, ledger, sent] = await Promise.all([
      this.inForce(),
      this.standing(),
      this.#ledger(),
      this.lastSent(),
    ])
    const next = license && (await this.#report(license, ledger))
    return {
      message,
      ...(license && { license: { ...license, from: iso(license.from), to: iso(license.to) } }),
      standing: {
        state: standing.state,
        message: standing.message,
        ...(standing.stopsAt !== undefined && { stops_at: iso(standing.stopsAt) }),
      },
      hours: hourDocuments(ledger.hours, this.#ports.now() - SHOWN, this.#ports.now()),
      ...(next && { next }),
      ...(sent && { sent: { ...sent, at: iso(sent.at) } }),
      doubted: ledger.doubted.map(({ meter, reason, receivedAt }) => ({ meter, reason, at: iso(receivedAt) })),
    }
  }

  async #tell({ state: now, message }: Standing): Promise<void> {
    const { state, changed } = this.#ports
    const before = await state.get(STATE)
    if (new TextDecoder().decode(before) === now || (before === undefined && now === 'running')) return
    await changed({ state: now, message, at: this.#ports.now() })
    await state.set(STATE, new TextEncoder().encode(now))
  }
}
