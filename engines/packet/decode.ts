import type { Micros } from '../time.ts'
import { decodeCooked, decodeCooked2 } from './cooked.ts'
import { decodeEthernet, decodeLlc, decodeVlan } from './ethernet.ts'
import type { Fragments } from './fragments.ts'
import { Frame } from './frame.ts'
import { decodeIpv4 } from './ipv4.ts'
import { decodeIpv6 } from './ipv6.ts'
import {
  COOKED,
  COOKED_2,
  ETHERNET,
  FRAGMENT,
  IPV4,
  IPV6,
  type Layer,
  LLC,
  LOOPBACK,
  NONE,
  ofLinkType,
  ofProtocol,
  RADIOTAP,
  RAW_IP,
  TRANSPORT_TCP,
  TRANSPORT_UDP,
  VLAN,
  WIFI,
} from './layer.ts'
import { decodeLoopback, decodeRawIp } from './loopback.ts'
import { decodeTcp } from './tcp.ts'
import { decodeUdp } from './udp.ts'
import { decodeRadiotap, decodeWifi } from './wifi.ts'

/** Tags, tunnels and fragments inside each other beyond this are an attack. */
const DEEPEST = 16

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

  #next(frame: Frame, layer: Layer): Layer {
    switch (layer) {
      case ETHERNET:
        return decodeEthernet(frame)
      case IPV4:
        return decodeIpv4(frame)
      case TRANSPORT_TCP:
        return decodeTcp(frame)
      case TRANSPORT_UDP:
        return decodeUdp(frame)
      case IPV6:
        return decodeIpv6(frame)
      case FRAGMENT:
        return this.#fragment(frame)
      case VLAN:
        return decodeVlan(frame)
      case COOKED:
        return decodeCooked(frame)
      case COOKED_2:
        return decodeCooked2(frame)
      case LLC:
        return decodeLlc(frame)
      case LOOPBACK:
        return decodeLoopback(frame)
      case RAW_IP:
        return decodeRawIp(frame)
      case RADIOTAP:
        return decodeRadiotap(frame)
      case WIFI:
        return decodeWifi(frame)
      default:
        return NONE
    }
  }

  /** The first fragment still shows the ports when nobody puts fragments together. */
  #fragment(frame: Frame): Layer {
    if (this.#fragments) return this.#fragments.add(frame) ? ofProtocol(frame.protocol) : NONE
    return frame.fragment === 0 ? ofProtocol(frame.protocol) : NONE
  }
}
