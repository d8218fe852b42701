import type { Protocol } from '../protocols/protocol.ts'
import type { Connection } from '../tcp/facts.ts'
import type { Choice } from './detector.ts'

/** What each connection may speak. One object for all alike, since there may be a million of them. */
export class Choices {
  private readonly transport: Connection['transport']
  private readonly protocols: readonly Protocol[]
  private readonly plain: Choice
  private readonly expecting: readonly Choice[]

  constructor(transport: Connection['transport'], protocols: readonly Protocol[]) {
    this.transport = transport
    this.protocols = protocols.filter(({ transports }) => transports.includes(transport))
    this.plain = { protocols: this.protocols, expected: undefined }
    this.expecting = this.protocols
      .filter(({ expectedOn }) => expectedOn !== undefined)
      .map((expected) => ({ protocols: this.protocols, expected }))
  }

  /** `port` is the server's; undefined where it says nothing. */
  at(port: number | undefined): Choice {
    if (port === undefined || this.transport === 'udp') return this.plain
    return this.expecting.find(({ expected }) => expected!.expectedOn!.has(port)) ?? this.plain
  }

  /** By its name, or by that in HTTP's Upgrade header. */
  named(name: string): Protocol | undefined {
    return this.protocols.find((protocol) => protocol.name === name || protocol.upgrade === name)
  }
}
