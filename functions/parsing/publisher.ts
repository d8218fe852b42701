import type { Bus } from '#adapters/bus/port.ts'
import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { exchangeParsed } from '#events/exchange-parsed.ts'
import type { ExchangeConsumer, Parsed } from '../lane/exchanges.ts'

/** `http` apart from `dedup`: the calls of a batch become one `exchange.parsed`. */
export class ExchangePublisher implements ExchangeConsumer {
  readonly #bus: Bus
  readonly #lane: string
  readonly #now: () => number
  #waiting: { agent: string; sequence: number; parsed: readonly Parsed[] }[] = []

  constructor(bus: Bus, lane: string, now: () => number) {
    this.#bus = bus
    this.#lane = lane
    this.#now = now
  }

  async take(agent: string, sequence: number, parsed: readonly Parsed[]): Promise<void> {
    this.#waiting.push({ agent, sequence, parsed })
  }

  async settle(): Promise<void> {
    const waiting = this.#waiting
    this.#waiting = []
    await Promise.all(waiting.map(({ agent, sequence, parsed }, index) => this.#publish(agent, sequence, index, parsed)))
  }

  #publish(agent: string, sequence: number, index: number, parsed: readonly Parsed[]): Promise<void> {
    const exchanges = parsed.map(({ peerKey, json }) => ({
      ...(peerKey !== undefined && { peerKey }),
      document: JSON.parse(json) as ExchangeDocument,
    }))
    const attributes = { id: `${this.#lane}/${sequence}.${index}`, time: new Date(this.#now()).toISOString(), partitionkey: this.#lane }
    return this.#bus.publish(exchangeParsed.make('/functions/parsing', { agent, lane: this.#lane, sequence, exchanges }, attributes))
  }
}
