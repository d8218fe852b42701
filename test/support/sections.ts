import { SectionWriter } from '#engines/pcap/writer.ts'
import { micros } from '#engines/time.ts'

export interface Section {
  bytes: Uint8Array
  /** Time of its last packet, µs since 1970. */
  last: number
}

/** The packets of a classic capture (little endian, µs) as pcapng sections of so many packets, as an agent sends them. */
export function sectionsOf(capture: Buffer, packetsEach: number): Section[] {
  const linkType = capture.readUInt32LE(20)
  const writer = new SectionWriter()
  const sections: Section[] = []
  let last = 0
  for (let at = 24; at < capture.length; ) {
    const length = capture.readUInt32LE(at + 8)
    last = capture.readUInt32LE(at) * 1e6 + capture.readUInt32LE(at + 4)
    writer.add(capture, at + 16, at + 16 + length, capture.readUInt32LE(at + 12), micros(last), linkType, 'lo')
    at += 16 + length
    if (writer.packets === packetsEach || at >= capture.length) sections.push({ bytes: writer.finish(), last })
  }
  return sections
}

/** Sends one section as CloudEvent number `sequence` of an agent's only lane (binary mode). */
export const send = (url: string, agent: string, sequence: number, bytes: Uint8Array): Promise<Response> =>
  fetch(`${url}/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-pcapng',
      'ce-specversion': '1.0',
      'ce-type': 'packets.captured.v1',
      'ce-id': `${agent}/0/${sequence}`,
      'ce-source': `/agents/${agent}`,
      'ce-time': new Date().toISOString(),
      'ce-partitionkey': `${agent}/0`,
      'ce-sequence': String(sequence),
    },
    body: Buffer.from(bytes),
  })
