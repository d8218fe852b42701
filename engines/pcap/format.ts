/** Numbers of the formats: draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng. */
export const PCAP_MICROS = 0xa1b2c3d4
export const PCAP_NANOS = 0xa1b23c4d
/** Alexey Kuznetzov's variant: eight more bytes in each record's header. */
export const PCAP_PATCHED = 0xa1b2cd34

export const SECTION_HEADER = 0x0a0d0d0a
export const BYTE_ORDER = 0x1a2b3c4d
export const INTERFACE_DESCRIPTION = 1
export const OLD_PACKET = 2
export const SIMPLE_PACKET = 3
export const NAME_RESOLUTION = 4
export const INTERFACE_STATISTICS = 5
export const ENHANCED_PACKET = 6
export const DECRYPTION_SECRETS = 10

/** Kind of a Decryption Secrets Block that holds a TLS key log; those of other protocols are none of ours. */
export const TLS_KEY_LOG = 0x544c534b

export const OPTION_END = 0
export const IF_NAME = 2
export const IF_TSRESOL = 9
export const IF_TSOFFSET = 14
export const ISB_IFRECV = 4
export const ISB_IFDROP = 5
export const ISB_FILTERACCEPT = 6
export const ISB_OSDROP = 7
export const ISB_USRDELIV = 8

export const NAME_IPV4 = 1
export const NAME_IPV6 = 2

/** No packet and no block is longer: what says so is corrupt. */
export const LARGEST = 16 * 1024 * 1024

/** Nor is a packet longer than this where the snap length does not allow it: as libpcap has it. */
export const LARGEST_PACKET = 262_144

/** Lengths in pcapng are padded to four bytes. */
export const padded = (length: number): number => (length + 3) & ~3

/** One of the two formats: reads what is whole of a stretch of bytes. */
export interface Format {
  /**
   * Delivers the whole records in `at`..`end` and returns where it stopped.
   * Sets `need`: how many bytes from there it wants before it can go on; or `error`.
   */
  read(bytes: Uint8Array, at: number, end: number): number
  need: number
  error: string | undefined
  /** What `need` bytes would make, in words. */
  unit: string
}
