import { Bytes, defineEvent, InvalidEvent } from './define.ts'

const schema = Bytes({ contentMediaType: 'application/x-pcapng' })

/**
 * Packets of one lane of one agent: a pcapng section (draft-ietf-opsawg-pcapng), as it would lie in a file.
 * `source` is `/agents/<agent>`, `partitionkey` is `<agent>/<lane>`, `sequence` counts up by one from 1 in it.
 * Drops are told by Interface Statistics Blocks, per lane: what the kernel dropped (`isb_osdrop`, of the whole interface),
 * and what the agent had to drop of this lane (`isb_filteraccept - isb_osdrop - isb_usrdeliv`).
 * A lane that is at its end (its file was read, its capture stopped) says so with `endOfCapture` as its last section.
 * The section may be compressed by the transport, never here.
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
  example: Uint8Array.from([
    0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 28, 0, 0, 0,
  ]),
})

/** A section without packets whose header says in a comment (`opt_comment`) that nothing more comes in its lane: `spider:end`. */
export const endOfCapture: Uint8Array = Uint8Array.from([
  ...[0x0a, 0x0d, 0x0d, 0x0a, 48, 0, 0, 0, 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255],
  ...[1, 0, 10, 0, ...new TextEncoder().encode('spider:end'), 0, 0, 0, 0, 0, 0, 48, 0, 0, 0],
])

export const isEndOfCapture = (section: Uint8Array): boolean =>
  section.length === endOfCapture.length && section.every((byte, i) => byte === endOfCapture[i])
