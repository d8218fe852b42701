import type { ExchangeDocument } from '#events/documents/exchange.ts'
import type { HostDocument } from '#events/documents/host.ts'
import type { PacketsDocument } from '#events/documents/packets.ts'
import type { StatusDocument } from '#events/documents/status.ts'
import type { UsageDocument } from '#events/documents/usage.ts'

/** Noon of a day, ms since 1970. */
export const NOON = Date.UTC(2026, 0, 5, 12)
export const DAY = 86_400_000

const iso = (ms: number): string =>
  `${new Date(Math.floor(ms)).toISOString().slice(0, -1)}${String(Math.round((ms % 1) * 1000)).padStart(3, '0')}Z`

/** A call at a time (ms since 1970, fractions allowed), complete and ordinary but for what is given. */
export function call(
  id: string,
  at: number,
  change: { status?: number; path?: string; server?: string; spider?: Partial<ExchangeDocument['spider']> } = {},
): ExchangeDocument {
  const path = change.path ?? '/'
  return {
    '@timestamp': iso(at),
    event: { id, start: iso(at), end: iso(at + 2), duration: 2_000_000 },
    client: { ip: '10.1.0.9', port: 51234 },
    server: { ip: '10.2.0.7', port: 80, domain: change.server },
    network: { protocol: 'http', transport: 'tcp' },
    http: {
      version: '1.1',
      request: { method: 'GET', bytes: 70, headers: [['Host', 'shop.example']], body: { bytes: 0 } },
      response: { status_code: change.status ?? 200, bytes: 300, mime_type: 'application/json', headers: [], body: { bytes: 120 } },
    },
    url: { original: path, full: `http://shop.example${path}`, scheme: 'http', domain: 'shop.example', path },
    spider: { team: 'red', agents: ['web-1.k3f9'], session: { id: 's1' }, status: 'complete', missing: [], time: {}, ...change.spider },
  }
}

export function status(agent: string, at: number): StatusDocument {
  return {
    '@timestamp': iso(at),
    event: { id: `${agent}/status/${at}` },
    agent: { id: agent, name: agent, type: 'whisperer', version: '0.1.0' },
    host: { hostname: agent },
    spider: {
      team: 'red',
      state: 'capturing',
      source: { kind: 'interface', names: ['eth0'], filter: '', snap_length: 262_144, buffer: 67_108_864 },
      captured: { packets: 1, bytes: 1 },
      filtered: { packets: 0 },
      dropped: { kernel: 0, interface: 0 },
      overflow: { packets: 0, bytes: 0, conversations: 0 },
      sent: { events: 1, bytes: 1, retries: 0 },
      spool: { bytes: 0, limit: 1 },
      cpu: 0.1,
      memory: 1,
    },
  }
}

export function packets(id: string, at: number, sessions: string[]): PacketsDocument {
  return {
    '@timestamp': iso(at),
    event: { id, start: iso(at), end: iso(at + 10) },
    spider: { team: 'red', agents: ['web-1.k3f9'], lane: 'web-1.k3f9/3', sequence: 1, sessions, packets: 4, bytes: 400, ref: 'r' },
  }
}

export function host(ip: string, name: string, at: number): HostDocument {
  return {
    '@timestamp': iso(at),
    event: { id: `${ip}/${name}` },
    host: { ip, name },
    spider: { team: 'red', agents: [], origin: 'resolver' },
  }
}

/** What a process sent to a server and had of it; the document's number is its sums too. */
export function usage(number: number, at: number, name: string, server: string): UsageDocument {
  return {
    '@timestamp': iso(at),
    event: { id: `web/usage/${at}/${number}`, start: iso(at), end: iso(at + 10_000) },
    agent: { id: 'web' },
    host: { hostname: 'web' },
    process: { pid: 812, name },
    client: { ip: '10.1.0.9', bytes: number, packets: 1 },
    server: { ip: server, port: 80, bytes: number * 1000, packets: 2 },
    network: { transport: 'tcp', direction: 'outbound' },
    spider: { team: 'red', connections: number, failed: 0, retransmissions: 0 },
  }
}
