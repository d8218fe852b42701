import { closeSync, openSync, readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import type { Parcel } from './parcel.ts'

/**
 * A section on disk: `SPL1`, CRC-32 of all that follows, lane (u32), packets (u32), bytes (u32), agent's length (u32),
 * sequence and time (doubles), the agent (88 bytes, padded with zeros), the section; little endian.
 */
const MAGIC = 0x314c5053
const AGENT = 88
const FIXED = 40
export const HEADER = FIXED + AGENT
/** No section is larger: what says so is damaged. */
const LARGEST = 2 ** 28

export const encodeRecord = (parcel: Parcel, section: Uint8Array): Uint8Array => {
  const record = new Uint8Array(HEADER + section.length)
  const view = new DataView(record.buffer)
  view.setUint32(8, parcel.lane, true)
  view.setUint32(12, parcel.packets, true)
  view.setUint32(16, section.length, true)
  view.setUint32(20, new TextEncoder().encodeInto(parcel.agent, record.subarray(FIXED, HEADER)).written, true)
  view.setFloat64(24, parcel.sequence, true)
  view.setFloat64(32, parcel.time, true)
  record.set(section, HEADER)
  view.setUint32(0, MAGIC, true)
  view.setUint32(4, crc32(record.subarray(8)), true)
  return record
}

/** The whole records of a file; the first that is cut or damaged ends it. `offset` is the section's. */
export function* readRecords(path: string): Generator<{ parcel: Parcel; offset: number }> {
  const file = openSync(path, 'r')
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  try {
    for (let at = 0; readSync(file, header, 0, HEADER, at) === HEADER && view.getUint32(0, true) === MAGIC; ) {
      const bytes = view.getUint32(16, true)
      const agentBytes = view.getUint32(20, true)
      if (bytes > LARGEST || agentBytes > AGENT) return
      const section = new Uint8Array(bytes)
      if (readSync(file, section, 0, bytes, at + HEADER) < bytes) return
      if (crc32(section, crc32(header.subarray(8))) !== view.getUint32(4, true)) return
      const agent = new TextDecoder().decode(header.subarray(FIXED, FIXED + agentBytes))
      const parcel = {
        agent,
        lane: view.getUint32(8, true),
        packets: view.getUint32(12, true),
        bytes,
        sequence: view.getFloat64(24, true),
        time: view.getFloat64(32, true),
      }
      yield { parcel, offset: at + HEADER }
      at += HEADER + bytes
    }
  } finally {
    closeSync(file)
  }
}
