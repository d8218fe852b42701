import { describe, expect, it } from 'vitest'
import { between, type Usage, uncounted } from './network.ts'

const usage = (change: Partial<Usage>): Usage => ({
  hostname: 'web-1',
  process: 'nginx',
  client_address: 'gateway',
  server_address: '10.2.0.7',
  port: 80,
  transport: 'tcp',
  direction: 'outbound',
  client: { bytes: 10, messages: 1 },
  server: { bytes: 100, messages: 2 },
  connections: 1,
  failed: 0,
  retransmissions: 0,
  ...change,
})

describe('what an agent does not count', () => {
  it.each([
    [undefined, []],
    [{ state: 'counting', lost: 0 }, []],
    [{ state: 'refused', reason: 'no right', lost: 0 }, ['does not count: no right']],
    [{ state: 'counting', without_udp: 'no cgroup2', lost: 1 }, ['counts without UDP: no cgroup2', 'could not send 1 sum of ten seconds']],
  ] as const)('%j', (network, words) => expect(uncounted({ network })).toEqual(words))
})

describe('network usage between two nodes', () => {
  it('counts once what both ends counted, and the other end where one did not', () => {
    const both = [usage({}), usage({ process: 'curl' }), usage({ direction: 'inbound', retransmissions: 7 })]
    const one = usage({ direction: 'inbound', port: 443, failed: 1 })
    expect(between([...both, one], ['gateway'], ['10.2.0.7'])).toEqual({
      client: { bytes: 30, messages: 3 },
      server: { bytes: 300, messages: 6 },
      connections: 3,
      failed: 1,
      retransmissions: 0,
    })
  })

  it('is that of all their addresses, in that direction alone', () => {
    const rows = [usage({}), usage({ client_address: '10.1.0.9' }), usage({ client_address: '10.2.0.7', server_address: 'gateway' })]
    expect(between(rows, ['gateway', '10.1.0.9'], ['10.2.0.7'])?.connections).toBe(2)
    expect(between(rows, ['elsewhere'], ['10.2.0.7'])).toBeUndefined()
    expect(between([usage({ client_address: null, server_address: null })], ['null'], ['null'])).toBeUndefined()
  })
})
