/**
 * What comes next in a packet. Each layer reads its header at `frame.offset`, moves the offset behind it, narrows
 * `limit` and `sentEnd` to what it carries, and returns the next layer: a further one is a file and a case in decode.ts.
 */
export const NONE = 0
export const ETHERNET = 1
export const VLAN = 2
export const COOKED = 3
export const COOKED_2 = 4
export const LOOPBACK = 5
export const RAW_IP = 6
export const IPV4 = 7
export const IPV6 = 8
export const TRANSPORT_TCP = 9
export const TRANSPORT_UDP = 10
export const FRAGMENT = 11
export const WIFI = 12
export const RADIOTAP = 13
export const LLC = 14
export const MPLS = 15
export const PPPOE = 16
export const PPP = 17
export const GRE = 18
export const ERSPAN_2 = 19
export const ERSPAN_3 = 20
export const IP_IN_IP = 21
export const IP6_IN_IP = 22
export const VXLAN = 23
export const GENEVE = 24
export const GTP = 25
export const NSH = 26
export const FABRIC_PATH = 27
export const ICMP = 28
export const ICMP6 = 29
export const HDLC = 30

/** No fixed integer type: what is compared is small. */
export type Layer = number

/** The layer of an EtherType, at the offset the caller has set. */
export const ofEtherType = (type: number): Layer => {
  switch (type) {
    case 0x0800:
      return IPV4
    case 0x86dd:
      return IPV6
    case 0x8100:
    case 0x88a8:
    case 0x9100:
    case 0x9200:
      return VLAN
    case 0x8847:
    case 0x8848:
      return MPLS
    case 0x8864:
      return PPPOE
    case 0x894f:
      return NSH
    case 0x8903:
      return FABRIC_PATH
    default:
      return NONE
  }
}

/** The layer of an IP protocol number. */
export const ofProtocol = (protocol: number): Layer => {
  switch (protocol) {
    case 6:
      return TRANSPORT_TCP
    case 17:
      return TRANSPORT_UDP
    case 1:
      return ICMP
    case 4:
      return IP_IN_IP
    case 41:
      return IP6_IN_IP
    case 47:
      return GRE
    case 58:
      return ICMP6
    case 137:
      return MPLS
    default:
      return NONE
  }
}

/** The layer of a capture's link type (tcpdump.org/linktypes.html). */
export const ofLinkType = (linkType: number): Layer => {
  switch (linkType) {
    case 1:
      return ETHERNET
    case 0:
    case 108:
      return LOOPBACK
    // Raw IP, under the numbers of several systems.
    case 12:
    case 14:
    case 101:
    case 228:
    case 229:
      return RAW_IP
    case 9:
    case 50:
      return PPP
    case 104:
      return HDLC
    case 51:
      return PPPOE
    case 105:
      return WIFI
    case 113:
      return COOKED
    case 127:
      return RADIOTAP
    case 276:
      return COOKED_2
    default:
      return NONE
  }
}
