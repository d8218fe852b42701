import { ipText } from '#engines/packet/address.ts'

/** What a process sent and received in a while. */
export interface Sums {
  sent: { bytes: number; messages: number }
  received: { bytes: number; messages: number }
  connections: number
  failed: number
  retransmissions: number
}

/** What is told apart, as in usage.bpf.c. */
export interface Flow extends Sums {
  local: string
  remote: string
  process: { pid: number; name: string }
  /** Of the server. */
  port: number
  transport: 'tcp' | 'udp'
  direction: 'outgoing' | 'incoming'
}

/** Bytes of `struct flow` and `struct sums`. */
export const FLOW = 56
export const SUMS = 56
const UDP = 17

/** Reads a flow and its sums. */
export function readFlow(key: Uint8Array, value: Uint8Array): Flow {
  const bytes = Buffer.from(key.buffer, key.byteOffset, key.length)
  return {
    local: readAddress(bytes, 0),
    remote: readAddress(bytes, 16),
    process: { pid: bytes.readUInt32LE(48), name: readName(bytes.subarray(32, 48)) },
    port: bytes.readUInt16LE(52),
    transport: bytes[54] === UDP ? 'udp' : 'tcp',
    direction: bytes[55] === 0 ? 'outgoing' : 'incoming',
    ...readSums(value),
  }
}

export function readSums(value: Uint8Array): Sums {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.length)
  const [sent, received, sentMessages, receivedMessages, connections, failed, retransmissions] = Array.from({ length: 7 }, (_, index) =>
    Math.min(Number(bytes.readBigUInt64LE(index * 8)), Number.MAX_SAFE_INTEGER),
  )
  return {
    sent: { bytes: sent, messages: sentMessages },
    received: { bytes: received, messages: receivedMessages },
    connections,
    failed,
    retransmissions,
  }
}

const readAddress = (bytes: Buffer, at: number): string =>
  ipText(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4), bytes.readUInt32BE(at + 8), bytes.readUInt32BE(at + 12))

const readName = (bytes: Buffer): string => bytes.toString('utf8').replace(/\0.*$/s, '')

export const noSums = (): Sums => ({
  sent: { bytes: 0, messages: 0 },
  received: { bytes: 0, messages: 0 },
  connections: 0,
  failed: 0,
  retransmissions: 0,
})

export function addSums(to: Sums, more: Sums): void {
  for (const way of ['sent', 'received'] as const) {
    to[way].bytes += more[way].bytes
    to[way].messages += more[way].messages
  }
  to.connections += more.connections
  to.failed += more.failed
  to.retransmissions += more.retransmissions
}

/** Whether there is anything in them. */
export const isNothing = ({ sent, received, connections, failed, retransmissions }: Sums): boolean =>
  sent.messages + received.messages + sent.bytes + received.bytes + connections + failed + retransmissions === 0
