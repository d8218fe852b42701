import { describe, expect, it } from 'vitest'
import type { SessionPacket } from '#events/documents/session-packet.ts'
import { closedBy, during, handshake } from './packets.ts'

/** `c SYN 100`: side, flags, time. */
const packets = (...lines: string[]): SessionPacket[] =>
  lines.map((line, i) => {
    const [side, flags, time] = line.split(' ')
    return {
      number: i + 1,
      time: Number(time),
      side: side === 'c' ? 'client' : 'server',
      sequence: 0,
      acknowledgement: 0,
      flags,
      length: 0,
      window: 0,
      captured: 0,
      block: 'b',
    }
  })

describe('what packets tell', () => {
  it('the handshake', () => {
    expect(handshake(packets('c SYN 100', 's SYN,ACK 150', 'c ACK 160'))).toEqual({ answer: 50, total: 60 })
    expect(handshake(packets('c SYN 100', 's RST,ACK 150'))).toEqual({ answer: undefined, total: undefined })
    expect(handshake(packets('c PSH,ACK 100'))).toEqual({ answer: undefined, total: undefined })
  })
  it('who ended it', () => {
    expect(closedBy(packets('c ACK 1', 's FIN,ACK 2', 'c FIN,ACK 3'))).toEqual({ side: 'server', how: 'FIN', time: 2 })
    expect(closedBy(packets('c ACK 1', 'c RST 2'))).toEqual({ side: 'client', how: 'RST', time: 2 })
    expect(closedBy(packets('c ACK 1'))).toBeUndefined()
  })
  it('which belong to a call', () =>
    expect(
      packets('c ACK 1', 'c ACK 2', 's ACK 3', 'c ACK 4')
        .filter((packet) => during(packet, 2, 3))
        .map(({ number }) => number),
    ).toEqual([2, 3]))
})
