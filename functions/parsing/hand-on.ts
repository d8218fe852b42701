import type { Blobs } from '#adapters/blobs/port.ts'
import type { HttpBody } from '#engines/http/facts.ts'
import type { Found } from '#engines/protocols/call.ts'
import type { Connection } from '#engines/tcp/facts.ts'
import type { ExchangeConsumer } from '../lane/exchanges.ts'
import { BodyBlock } from './bodies.ts'
import { bodiesOf } from './document.ts'
import { jsonOf } from './json-lines.ts'
import { exchangeId } from './parts.ts'

/** A call and where it was heard. */
export interface Heard {
  found: Found
  connection: Connection
}

export interface HandOnPorts {
  blobs: Blobs
  /** Name of an address, when one is known. */
  nameOf(ip: string): string | undefined
  team: string
  now: () => number
}

interface Context {
  team: string
  agents: string[]
  names(ip: string): string | undefined
  references: Map<HttpBody, string>
  reference(body: HttpBody): string | undefined
}

/** Puts away the bodies of calls, makes their documents, and hands these on. */
export class HandOn {
  readonly #ports: HandOnPorts
  readonly #consumer: ExchangeConsumer
  readonly #bodies: BodyBlock
  /** One object an agent: what repeats in its documents is remembered with it. */
  readonly #contexts = new Map<string, Context>()

  constructor(ports: HandOnPorts, consumer: ExchangeConsumer) {
    this.#ports = ports
    this.#consumer = consumer
    this.#bodies = new BodyBlock(ports.blobs, ports.now)
  }

  async take(agent: string, sequence: number, heard: readonly Heard[]): Promise<void> {
    if (heard.length === 0) return
    const context = this.#contextOf(agent)
    context.references = await this.#keepBodies(heard)
    const parsed = heard.map(({ found, connection }) => ({
      id: exchangeId(connection.id, found.position),
      session: connection.id,
      peerKey: connection.peerKey,
      json: jsonOf(found, connection, context),
    }))
    await this.#consumer.take(agent, sequence, parsed)
  }

  /** Everything taken is durable when it resolves. */
  settle(): Promise<void> {
    return this.#consumer.settle()
  }

  async #keepBodies(heard: readonly Heard[]): Promise<Map<HttpBody, string>> {
    const bodies = heard.flatMap(({ found }) => bodiesOf(found))
    const references = await this.#bodies.keep(bodies)
    return new Map(bodies.map((body, index) => [body, references[index]]))
  }

  #contextOf(agent: string): Context {
    let context = this.#contexts.get(agent)
    if (!context) {
      context = {
        team: this.#ports.team,
        agents: [agent],
        names: this.#ports.nameOf,
        references: new Map(),
        reference(body) {
          return this.references.get(body)
        },
      }
      this.#contexts.set(agent, context)
    }
    return context
  }
}
