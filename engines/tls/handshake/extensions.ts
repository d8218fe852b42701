import type { Cursor } from './cursor.ts'
import type { Extensions } from './facts.ts'

/** In which message extensions stand: the same type has another content in each. */
export type Place = 'client hello' | 'server hello' | 'retry' | 'encrypted extensions' | 'ticket' | 'other'

const HOST_NAME = 0

type Read = (data: Cursor, found: Extensions, place: Place) => void
const flag =
  (name: 'encryptThenMac' | 'extendedMasterSecret' | 'postHandshakeAuth' | 'statusRequest' | 'encryptedHello' | 'nextProtocol'): Read =>
  (data, found) => {
    found[name] = true
    data.rest()
  }

/** Of every extension type that is read: IANA's registry "TLS ExtensionType Values". */
const READERS: Readonly<Record<number, Read>> = {
  0: (data, found, place) => {
    found.serverName = place === 'client hello' ? hostName(data.vector(2)) : ''
  },
  1: (data, found) => {
    found.maximumFragmentLength = data.u8()
  },
  5: flag('statusRequest'),
  10: (data, found) => {
    found.groups = data.vector(2).numbers(2)
  },
  11: (data, found) => {
    found.pointFormats = data.vector(1).numbers(1)
  },
  13: (data, found) => {
    found.signatureAlgorithms = data.vector(2).numbers(2)
  },
  16: (data, found) => {
    found.alpn = data.vector(2).items((names) => names.vector(1).text())
  },
  22: flag('encryptThenMac'),
  23: flag('extendedMasterSecret'),
  27: (data, found) => {
    found.compressCertificate = data.vector(1).numbers(2)
  },
  28: (data, found) => {
    found.recordSizeLimit = data.u16()
  },
  35: (data, found) => {
    found.sessionTicket = data.rest().length
  },
  41: (data, found, place) => preSharedKey(data, found, place),
  42: (data, found, place) => {
    if (place === 'ticket') found.maximumEarlyData = data.u32()
    else found.earlyData = true
  },
  43: (data, found, place) => {
    found.versions = place === 'client hello' ? data.vector(1).numbers(2) : [data.u16()]
  },
  44: (data, found) => {
    found.cookie = data.vector(2).rest().length
  },
  45: (data, found) => {
    found.pskModes = data.vector(1).numbers(1)
  },
  49: flag('postHandshakeAuth'),
  50: (data, found) => {
    found.signatureAlgorithmsCert = data.vector(2).numbers(2)
  },
  51: (data, found, place) => {
    found.keyShares = keyShares(data, place)
  },
  13172: flag('nextProtocol'),
  65037: flag('encryptedHello'),
  65281: (data, found) => {
    found.renegotiation = data.vector(1).hex()
  },
}

/** Reads the extensions of a message, which may be left out altogether before TLS 1.3. A wrong one does not hide those behind it. */
export const readExtensions = (from: Cursor, place: Place): Extensions => {
  const found: Extensions = { extensions: [] }
  if (from.left === 0) return found
  from.vector(2).items((list) => {
    const type = list.u16()
    const data = list.vector(2)
    found.extensions.push(type)
    const read = READERS[type]
    if (read === undefined) return
    read(data, found, place)
    data.done()
  })
  from.done()
  return found
}

/** RFC 6066 section 3: a list of which only the host name was ever defined. */
const hostName = (list: Cursor): string => {
  let name = ''
  list.items((names) => {
    const type = names.u8()
    const text = names.vector(2).text()
    if (type === HOST_NAME && name === '') name = text
  })
  return name
}

/** RFC 8446 section 4.2.11. */
const preSharedKey = (data: Cursor, found: Extensions, place: Place): void => {
  if (place !== 'client hello') {
    found.selectedPsk = data.u16()
    return
  }
  const identities = data.vector(2).items((list) => {
    list.vector(2)
    list.u32()
  })
  const binders = data.vector(2).items((list) => {
    list.vector(1)
  })
  found.psk = { identities: identities.length, binders: binders.length }
}

/** RFC 8446 section 4.2.8: of the client a list, of the server one, of a retry its group alone. */
const keyShares = (data: Cursor, place: Place): number[] => {
  const share = (from: Cursor): number => {
    const group = from.u16()
    if (place !== 'retry') from.vector(2)
    return group
  }
  return place === 'client hello' ? data.vector(2).items(share) : [share(data)]
}
