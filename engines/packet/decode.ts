import type { Micros } from '../time.ts'
import { decodeCooked, decodeCooked2 } from './cooked.ts'
import { decodeErspan2, decodeErspan3 } from './erspan.ts'
import { decodeEthernet, decodeFabricPath, decodeLlc, decodeVlan } from './ethernet.ts'
import { type Fragments, fragmentKey } from './fragments.ts'
import { enterTunnel, Frame } from './frame.ts'
import { decodeGre } from './gre.ts'
import { decodeGtp } from './gtp.ts'
import { decodeIcmp, decodeIcmp6 } from './icmp.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6, extensions } from './ipv6.ts'
import * as layers from './layer.ts'
import { IPV4, IPV6, type Layer, NONE, ofLinkType, ofProtocol } from './layer.ts'
import { decodeLoopback, decodeRawIp } from './loopback.ts'
import { decodeMpls } from './mpls.ts'
import { decodeHdlc, decodePpp, decodePppoe } from './ppp.ts'
import { decodeTcp } from './tcp.ts'
import { decodeUdp } from './udp.ts'
import { decodeGeneve, decodeNsh, decodeVxlan } from './vxlan.ts'
import { decodeRadiotap, decodeWifi } from './wifi.ts'

/** Tags, tunnels and fragments inside each other beyond this are an attack. */
const DEEPEST = 16

/** A layer of a packet: where its header begins and ends, and where the captured bytes end that it belongs to. */
export interface Span {
  layer: Layer
  from: number
  to: number
  limit: number
}

/** Layers that lie in a datagram of UDP: its decoder leaves the offset where it is. */
const ON_UDP: readonly Layer[] = [layers.VXLAN, layers.GENEVE, layers.GTP]
const TRANSPORT: readonly Layer[] = [layers.TRANSPORT_TCP, layers.TRANSPORT_UDP]

/** Decodes packets into one `Frame`, which is only valid until the next. Never throws. */
export class PacketDecoder {
  readonly frame = new Frame()
  #fragments: Fragments | undefined

  /** @param fragments puts fragmented datagrams together: the frame of the last fragment is the whole. Without, each fragment stays one. */
  constructor(fragments?: Fragments) {
    this.#fragments = fragments
  }

  /** The arguments of `CaptureSink.packet`; what was decoded before a problem stands in the frame. */
  decode(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceId: number): Frame {
    const frame = this.frame
    frame.begin(bytes, start, end, originalLength, at, linkType, interfaceId)
    let layer = ofLinkType(linkType)
    for (let depth = 0; layer !== NONE; depth++) {
      if (depth === DEEPEST) {
        frame.problem = 'too deep'
        break
      }
      layer = this.#next(frame, layer)
    }
    return frame
  }

  /** The layers that `decode` goes through, from outside in, tunnels too. A header that is cut, or makes no sense, has no length and is the last. */
  spans(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number): Span[] {
    const frame = this.frame
    frame.begin(bytes, start, end, originalLength, at, linkType, 0)
    const spans: Span[] = []
    for (let layer = ofLinkType(linkType); layer !== NONE && spans.length < DEEPEST; ) {
      const from = ON_UDP.includes(layer) ? frame.payload : frame.offset
      const next = this.#next(frame, layer)
      const to = TRANSPORT.includes(layer) && frame.ports ? frame.payload : frame.offset
      spans.push({ layer, from, to: to > frame.limit ? from : Math.max(from, to), limit: frame.limit })
      layer = next
    }
    return spans
  }

  #next(frame: Frame, layer: Layer): Layer {
    switch (layer) {
      case layers.ETHERNET:
        return decodeEthernet(frame)
      case IPV4:
        return decodeIpv4(frame)
      case layers.TRANSPORT_TCP:
        return decodeTcp(frame)
      case layers.TRANSPORT_UDP:
        return decodeUdp(frame)
      case IPV6:
        return decodeIpv6(frame)
      case layers.FRAGMENT:
        return this.#fragment(frame)
      case layers.VLAN:
        return decodeVlan(frame)
      case layers.COOKED:
        return decodeCooked(frame)
      case layers.COOKED_2:
        return decodeCooked2(frame)
      case layers.LLC:
        return decodeLlc(frame)
      case layers.LOOPBACK:
        return decodeLoopback(frame)
      case layers.RAW_IP:
        return decodeRawIp(frame)
      case layers.RADIOTAP:
        return decodeRadiotap(frame)
      case layers.WIFI:
        return decodeWifi(frame)
      case layers.ICMP:
        return decodeIcmp(frame)
      case layers.ICMP6:
        return decodeIcmp6(frame)
      default:
        return this.#rare(frame, layer)
    }
  }

  #rare(frame: Frame, layer: Layer): Layer {
    switch (layer) {
      case layers.MPLS:
        return decodeMpls(frame)
      case layers.PPPOE:
        return decodePppoe(frame)
      case layers.PPP:
        return decodePpp(frame)
      case layers.HDLC:
        return decodeHdlc(frame)
      case layers.GRE:
        return decodeGre(frame)
      case layers.ERSPAN_2:
        return decodeErspan2(frame)
      case layers.ERSPAN_3:
        return decodeErspan3(frame)
      case layers.IP_IN_IP:
        return enterTunnel(frame, IPV4)
      case layers.IP6_IN_IP:
        return enterTunnel(frame, IPV6)
      case layers.VXLAN:
        return decodeVxlan(frame)
      case layers.GENEVE:
        return decodeGeneve(frame)
      case layers.GTP:
        return decodeGtp(frame)
      case layers.NSH:
        return decodeNsh(frame)
      case layers.FABRIC_PATH:
        return decodeFabricPath(frame)
      default:
        return NONE
    }
  }

  /** The first fragment still shows the ports when nobody puts fragments together. */
  #fragment(frame: Frame): Layer {
    if (this.#fragments) return this.#fragments.add(frame) ? above(frame) : NONE
    frame.datagram ??= fragmentKey(frame)
    return frame.fragment === 0 ? above(frame) : NONE
  }
}

/** Extension headers may lie behind that of fragments. */
const above = (frame: Frame): Layer => (frame.version === 6 ? extensions(frame, frame.protocol) : ofProtocol(frame.protocol))
