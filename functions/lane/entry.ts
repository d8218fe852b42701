import { Decoder, Encoder } from 'cbor-x'

/** What a lane's log holds for a batch of packets: where the section lies, and on whose behalf it came. */
export interface PacketsEntry {
  ref: string
  agent: string
  team: string
  bytes: number
}

const encoder = new Encoder({ useRecords: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })

export const encodeEntry = (entry: PacketsEntry): Uint8Array => encoder.encode(entry)
export const decodeEntry = (bytes: Uint8Array): PacketsEntry => decoder.decode(bytes) as PacketsEntry
