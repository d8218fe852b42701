import { type Micros, micros } from '../time.ts'
import { ipText } from './address.ts'
import { type Layer, NONE } from './layer.ts'

export const TCP = 6
export const UDP = 17

export const FIN = 1
export const SYN = 2
export const RST = 4
export const PSH = 8
export const ACK = 16
export const URG = 32

const NOTHING = new Uint8Array(0)

export type DecodeProblem =
  | 'header cut' // the captured bytes end inside a header
  | 'bad header' // a length or version in it makes no sense
  | 'too deep' // more layers than any real packet has

/** What an ICMP error says of the packet that it quotes. */
export type IcmpError = 'unreachable' | 'tooBig' | 'timeExceeded' | 'other'

/**
 * One packet, decoded: a single mutable object that every packet reuses. Numbers only, and offsets to `bytes`, which
 * are valid as long as those. Integers are signed 32-bit (a double would cost memory at each packet): `>>> 0` makes an
 * address or a sequence number unsigned.
 */
export class Frame {
  bytes: Uint8Array = NOTHING
  at: Micros = micros(0)
  linkType = 0
  interfaceId = 0
  /** The whole packet in `bytes`, and its length on the wire. */
  start = 0
  end = 0
  originalLength = 0

  /** Where the layer that is decoded next begins; where the captured and the sent bytes of it end (`sentEnd` > `limit`: cut). */
  offset = 0
  limit = 0
  sentEnd = 0

  /** Innermost VLAN id, -1 without a tag. */
  vlan = -1
  /** Offset of the Ethernet header (destination, source), -1 without one. */
  ethernet = -1

  /** 4, 6, or 0 when there is no IP. */
  version = 0
  /** The protocol above IP; TCP and UDP only when `ports` says so. */
  protocol = 0
  /** Addresses as four words; IPv4 as IPv4-mapped. */
  source0 = 0
  source1 = 0
  source2 = 0
  source3 = 0
  target0 = 0
  target1 = 0
  target2 = 0
  target3 = 0
  hops = 0
  /** IP identification; -1 where there is none (IPv6 without fragments). */
  ident = -1
  /** Part of a fragmented datagram: its byte offset in the datagram, and whether more follow. -1: whole. */
  fragment = -1
  moreFragments = false

  /** The transport header was read: ports, payload and for TCP its fields are set. */
  ports = false
  sourcePort = 0
  targetPort = 0
  sequence = 0
  acknowledgement = 0
  flags = 0
  window = 0
  /** Captured payload, and how long it was when sent. */
  payload = 0
  payloadEnd = 0
  payloadLength = 0

  /** Tunnels that were gone through; all else is of the innermost packet. */
  tunnels = 0
  /** What an ICMP error says, of the packet in `quoted`: its addresses, and the ports of TCP or UDP. */
  error: IcmpError | undefined
  quoted: Frame | undefined
  /** Names the datagram of a fragment that nobody put together. */
  datagram: string | undefined
  /** Offsets of the IPv4 header (-1: another, or put together from fragments) and of TCP's or UDP's. */
  network = -1
  transport = 0

  problem: DecodeProblem | undefined

  /** Ready for another packet. */
  begin(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): void {
    this.bytes = bytes
    this.start = start
    this.end = end
    this.originalLength = originalLength
    this.at = at
    this.linkType = linkType
    this.interfaceId = interfaceId
    this.offset = start
    this.limit = end
    // What is further from the captured bytes than any packet is long is a corrupt length.
    this.sentEnd = originalLength - (end - start) > 0x40000 ? end : start + originalLength
    this.vlan = -1
    this.ethernet = -1
    this.version = 0
    this.protocol = 0
    this.ident = -1
    this.fragment = -1
    this.ports = false
    this.payloadLength = 0
    this.tunnels = 0
    this.error = undefined
    this.datagram = undefined
    this.network = -1
    this.problem = undefined
  }

  /** The frame for what is quoted. */
  quoteFrame(): Frame {
    this.quoted ??= new Frame()
    return this.quoted
  }

  get isTcp(): boolean {
    return this.ports && this.protocol === TCP
  }

  get isUdp(): boolean {
    return this.ports && this.protocol === UDP
  }

  /** Made anew at each call. */
  sourceIp(): string {
    return ipText(this.source0, this.source1, this.source2, this.source3)
  }

  targetIp(): string {
    return ipText(this.target0, this.target1, this.target2, this.target3)
  }
}

/** Tunnels inside each other beyond this are an attack. */
const DEEPEST_TUNNEL = 4

/** Goes on inside a tunnel, unless what it carries (`next`) is not known. */
export const enterTunnel = (frame: Frame, next: Layer): Layer => {
  if (next === NONE) return NONE
  if (frame.tunnels === DEEPEST_TUNNEL) {
    frame.problem = 'too deep'
    return NONE
  }
  frame.tunnels++
  frame.ports = false
  return next
}
