import type { SessionPacket } from '#events/documents/session-packet.ts'

const has = (packet: SessionPacket, flag: string): boolean => packet.flags.split(',').includes(flag)

/** µs between SYN, SYN-ACK and ACK; undefined for what was not seen. */
export function handshake(packets: SessionPacket[]): { answer: number | undefined; total: number | undefined } {
  const syn = packets.find((packet) => packet.side === 'client' && has(packet, 'SYN'))
  const answer = syn && packets.find((packet) => packet.side === 'server' && has(packet, 'SYN') && packet.time >= syn.time)
  const last = answer && packets.find((packet) => packet.side === 'client' && has(packet, 'ACK') && packet.time >= answer.time)
  return { answer: answer && syn ? answer.time - syn.time : undefined, total: last && syn ? last.time - syn.time : undefined }
}

/** Who ended the connection, and how: the first FIN or RST. Undefined when neither was seen. */
export function closedBy(packets: SessionPacket[]): { side: SessionPacket['side']; how: 'FIN' | 'RST'; time: number } | undefined {
  for (const packet of packets) {
    const how = has(packet, 'RST') ? 'RST' : has(packet, 'FIN') ? 'FIN' : undefined
    if (how) return { side: packet.side, how, time: packet.time }
  }
  return undefined
}

/** Whether a packet was seen while the call went on: it carried it, or acknowledged it. */
export const during = (packet: SessionPacket, from: number, to: number): boolean => packet.time >= from && packet.time <= to
