import { Bytes, defineEvent, InvalidEvent } from './define.ts'

const schema = Bytes({ contentMediaType: 'application/x-pcapng' })

/**
 * Packets of one lane of one agent: a pcapng section (draft-ietf-opsawg-pcapng), as it would lie in a file.
 * `source` is `/agents/<agent>`, `partitionkey` is `<agent>/<lane>`, `sequence` counts up by one from 1 in it.
 * Drops are told by Interface Statistics Blocks; the section may be compressed by the transport, never here.
 */
export const packetsCaptured = defineEvent<typeof schema, Uint8Array>({
  type: 'packets.captured.v1',
  summary: 'An agent captured packets of one lane',
  schema,
  codec: {
    contentType: 'application/x-pcapng',
    encode: (data) => data,
    decode: (bytes) => {
      if (bytes.length < 28 || bytes[0] !== 0x0a || bytes[1] !== 0x0d || bytes[2] !== 0x0d || bytes[3] !== 0x0a)
        throw new InvalidEvent('the body is not a pcapng section: it must begin with a Section Header Block (0a 0d 0d 0a)')
      return bytes
    },
  },
  example: Uint8Array.from([0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0]),
})
