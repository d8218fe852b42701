import { createRequire } from 'node:module'

/** The native part of the `pcap` package: its own JavaScript loops until the kernel's buffer is empty and owns one event per packet. */
export interface Binding {
  PcapSession: new () => Session
  findalldevs(): Device[]
  lib_version: string | (() => string)
}

export interface Session {
  /** Answers the link type's name. Throws libpcap's words. */
  open_live(
    device: string,
    filter: string,
    bufferBytes: number,
    snapLength: number,
    dumpFile: string,
    ready: () => void,
    monitor: boolean,
    timeoutMs: number,
    warn: (message: string) => void,
    promiscuous: boolean,
  ): string
  /** Calls `ready` for each packet, which lies in `packet`, its header in `header`, until there is none. Below 0: the interface is gone. */
  dispatch(packet: Buffer, header: Buffer): number
  stats(): { ps_recv: number; ps_drop: number; ps_ifdrop: number }
  close(): void
}

export interface Device {
  name: string
  description?: string
  flags?: string
}

/** Loaded when first needed: a machine that only reads files needs no libpcap. */
export const loadBinding = (): Binding => createRequire(import.meta.url)('pcap/build/Release/pcap_binding.node') as Binding

const NAMED: Record<string, number> = {
  LINKTYPE_NULL: 0,
  LINKTYPE_ETHERNET: 1,
  LINKTYPE_RAW: 101,
  LINKTYPE_LINUX_SLL: 113,
  LINKTYPE_IEEE802_11_RADIO: 127,
}

/** The number (tcpdump.org/linktypes.html) of what `open_live` answers: a name, or `Unknown linktype <number>`. */
export const linkTypeNumber = (answer: string): number => NAMED[answer] ?? Number(/\d+$/.exec(answer)?.[0] ?? -1)
