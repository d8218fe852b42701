import { PacketDecoder } from '#engines/packet/decode.ts'
import * as layers from '#engines/packet/layer.ts'
import { micros } from '#engines/time.ts'
import type { PacketLayer } from './layer.ts'
import { cooked, cooked2, ethernet, llc, loopback, vlan } from './link.ts'
import { icmp, ipv4, ipv6 } from './network.ts'
import { tcp, udp } from './transport.ts'
import { erspan, geneve, gre, gtp, mpls, nsh, ppp, pppoe, vxlan } from './tunnels.ts'

/** Reads a header from its bytes, which the decoder has found to be there; undefined: it makes no sense. */
type Reader = (bytes: Uint8Array, from: number, to: number) => PacketLayer | undefined

/** A header of which no field is read. */
const plain =
  (name: string): Reader =>
  (_, from, to) => ({ name, from, to, fields: [] })

const READERS: Record<layers.Layer, Reader | undefined> = {
  [layers.ETHERNET]: ethernet,
  [layers.VLAN]: vlan,
  [layers.LLC]: llc,
  [layers.COOKED]: cooked,
  [layers.COOKED_2]: cooked2,
  [layers.LOOPBACK]: loopback,
  [layers.HDLC]: plain('Cisco HDLC'),
  [layers.WIFI]: plain('IEEE 802.11'),
  [layers.RADIOTAP]: plain('Radiotap'),
  [layers.FABRIC_PATH]: plain('FabricPath'),
  [layers.MPLS]: mpls,
  [layers.PPPOE]: pppoe,
  [layers.PPP]: ppp,
  [layers.GRE]: gre,
  [layers.ERSPAN_2]: erspan,
  [layers.ERSPAN_3]: erspan,
  [layers.VXLAN]: vxlan,
  [layers.GENEVE]: geneve,
  [layers.GTP]: gtp,
  [layers.NSH]: nsh,
  [layers.IPV4]: (bytes, from) => ipv4(bytes, from),
  [layers.IPV6]: (bytes, from) => ipv6(bytes, from),
  [layers.TRANSPORT_TCP]: (bytes, from) => tcp(bytes, from),
  [layers.TRANSPORT_UDP]: (bytes, from) => udp(bytes, from),
}

/** The decoder reads what these quote, not how long they are. */
const FIXED: Record<layers.Layer, Reader | undefined> = {
  [layers.ICMP]: (bytes, from) => icmp(bytes, from, 4),
  [layers.ICMP6]: (bytes, from) => icmp(bytes, from, 6),
}

/**
 * The layers of a captured packet, those within tunnels too, each value with the bytes it was read from, as far as headers are known.
 * Which they are the decoder of packets says. What no header holds is the last one, named `Payload`. Never throws.
 * `linkType`: tcpdump.org/linktypes.html.
 */
export function layersOf(bytes: Uint8Array, linkType: number): PacketLayer[] {
  const found: PacketLayer[] = []
  let [at, end] = [0, bytes.length]
  for (const { layer, from, to, limit } of new PacketDecoder().spans(bytes, 0, bytes.length, bytes.length, micros(0), linkType)) {
    end = limit
    const read = to > from ? READERS[layer]?.(bytes.subarray(0, limit), from, to) : FIXED[layer]?.(bytes.subarray(0, limit), from, to)
    at = Math.max(at, read?.to ?? to)
    if (read) found.push(read)
  }
  return withRest(found, bytes, at, end)
}

function withRest(found: PacketLayer[], bytes: Uint8Array, at: number, end: number): PacketLayer[] {
  if (end > at) found.push({ name: 'Payload', from: at, to: end, fields: [], note: `${end - at} bytes` })
  const rest = Math.max(end, at)
  if (bytes.length > rest)
    found.push({
      name: 'Trailer',
      from: rest,
      to: bytes.length,
      fields: [],
      note: `${bytes.length - rest} bytes that no packet counts: padding of the link`,
    })
  return found
}
