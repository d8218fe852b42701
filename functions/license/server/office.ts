import { randomUUID } from 'node:crypto'
import type { State } from '#adapters/state/port.ts'
import { monthsAfter } from '#engines/license/calendar.ts'
import type { Terms } from '#engines/license/terms.ts'
import type { UsageStatistics } from '#events/documents/statistics.ts'
import { decodeJson, encodeJson } from '../../lane/json.ts'
import { Books } from '../books.ts'
import { Account } from './account.ts'
import type { SigningKeys } from './signing.ts'

const licenseKey = (id: string): string => `license-server/license/${id}`
const laneOf = (id: string): string => `license-server/account/${id}`

/** What is agreed on with an owner: one term after another. */
export interface Contract {
  id: string
  owner: string
  terms: Terms[]
}

export interface Issued {
  contract: Contract
  /** Holds from the beginning of the first term to the end of the last, with what the last one says. */
  token: string
}

/** Licenses and their accounts, as the vendor keeps them. */
export class LicenseOffice {
  readonly #state: State
  readonly #keys: SigningKeys
  readonly #accounts: Books<Account>

  constructor(state: State, keys: SigningKeys) {
    this.#state = state
    this.#keys = keys
    this.#accounts = new Books(state, (checkpoints) => new Account(checkpoints))
  }

  /** A new license. `from`: ms since 1970; `price`: cents for a core and a month. */
  issue(order: { owner: string; cores: number; price: number; from: number; months: number }): Promise<Issued> {
    const { owner, cores, price, from, months } = order
    return this.#keep({ id: randomUUID(), owner, terms: [{ cores, price, from, to: monthsAfter(from, months) }] })
  }

  /** Prolongs a license by so many months from its end, with other cores or another price when told. Undefined: there is no such license. */
  async renew(id: string, { months, ...other }: { months: number; cores?: number; price?: number }): Promise<Issued | undefined> {
    const contract = await this.contract(id)
    const last = contract?.terms.at(-1)
    if (contract === undefined || last === undefined) return undefined
    return this.#keep({ ...contract, terms: [...contract.terms, { ...last, ...other, from: last.to, to: monthsAfter(last.to, months) }] })
  }

  async #keep(contract: Contract): Promise<Issued> {
    const { id, owner, terms } = contract
    const [first, last] = [terms[0], terms[terms.length - 1]]
    const token = await this.#keys.sign({ ...last, id, owner, from: first.from })
    await this.#state.set(licenseKey(id), encodeJson(contract))
    return { contract, token }
  }

  async contract(id: string): Promise<Contract | undefined> {
    const kept = await this.#state.get(licenseKey(id))
    return kept && decodeJson<Contract>(kept)
  }

  account(id: string): Promise<Account> {
    return this.#accounts.read(laneOf(id))
  }

  /** Takes statistics into the account of their license. Answers why they make no sense, when they do not. Throws `Transient` while another instance writes. */
  take(report: UsageStatistics, now: number): Promise<string | undefined> {
    return this.#accounts.write(laneOf(report.license), (account) => account.take(report, now))
  }
}
