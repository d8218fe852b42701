import type { Protocol } from '../protocols/protocol.ts'
import { DnsDatagrams, type SavedDatagrams } from './datagrams.ts'
import { isDatagram, isStream } from './plausible.ts'
import { DnsStream, type SavedStream } from './stream.ts'

/** DNS over UDP (RFC 1035; mDNS, RFC 6762; LLMNR, RFC 4795). */
export const dns: Protocol = {
  name: 'dns',
  transports: ['udp'],
  client: isDatagram,
  server: isDatagram,
  reader: {
    open: (connection, host, beginning) => new DnsDatagrams(connection, host, beginning),
    load(saved, connection, host) {
      const reader = new DnsDatagrams(connection, host)
      reader.load(saved as SavedDatagrams)
      return reader
    },
  },
}

/** DNS over TCP (RFC 7766). */
export const dnsOverTcp: Protocol = {
  name: 'dns',
  transports: ['tcp'],
  client: isStream,
  server: isStream,
  reader: {
    open: (connection, host, beginning) => new DnsStream(connection, host, beginning),
    load(saved, connection, host) {
      const reader = new DnsStream(connection, host)
      reader.load(saved as SavedStream)
      return reader
    },
  },
}
