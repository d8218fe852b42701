import { PacketDecoder } from '#engines/packet/decode.ts'
import { type Frame, SYN } from '#engines/packet/frame.ts'
import { CaptureReader } from '#engines/pcap/reader.ts'
import { micros } from '#engines/time.ts'
import type { Carried } from './follow.ts'

/** A packet as it was captured. */
export interface Captured {
  time: number
  linkType: number
  bytes: Uint8Array
  originalLength: number
}

/** The packets of a capture file, in its order. */
export function readCapture(file: Uint8Array): Captured[] {
  const out: Captured[] = []
  const reader = new CaptureReader({
    packet: (bytes, start, end, originalLength, time, linkType) => {
      out.push({ time, linkType, bytes: bytes.slice(start, end), originalLength })
    },
  })
  reader.receive(file)
  reader.end()
  return out
}

type End = { ip: string; port: number }

/** What packets between two ends carried. Packets of others are left out. */
export function carried(packets: Captured[], client: End, server: End): Carried[] {
  const decoder = new PacketDecoder()
  return packets.flatMap(({ bytes, originalLength, time, linkType }, i) => {
    const frame = decoder.decode(bytes, 0, bytes.length, originalLength, micros(time), linkType, 0)
    const side = sideOf(frame, client, server)
    if (!side) return []
    return {
      number: i + 1,
      time,
      side,
      transport: frame.isTcp ? ('tcp' as const) : ('udp' as const),
      sequence: frame.sequence >>> 0,
      syn: frame.isTcp && (frame.flags & SYN) !== 0,
      payload: bytes.subarray(frame.payload, frame.payloadEnd),
      length: frame.payloadLength,
    }
  })
}

function sideOf(frame: Frame, client: End, server: End): 'client' | 'server' | undefined {
  if (!frame.isTcp && !frame.isUdp) return undefined
  const [source, target] = [frame.sourceIp(), frame.targetIp()]
  const is = (from: End, to: End): boolean =>
    frame.sourcePort === from.port && frame.targetPort === to.port && source === from.ip && target === to.ip
  if (is(client, server)) return 'client'
  return is(server, client) ? 'server' : undefined
}
