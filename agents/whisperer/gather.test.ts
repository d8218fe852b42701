import { describe, expect, it } from 'vitest'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { SYN } from '#engines/packet/frame.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { micros } from '#engines/time.ts'
import { Gatherer } from './gather.ts'

const segment = (source: string, sourcePort: number, target: string, targetPort: number, vlans: number[] = []) =>
  encodeEthernet(
    encodeIpv4(encodeTcp(new Uint8Array(0), { sourcePort, targetPort, sequence: 1, flags: SYN }), { source, target, protocol: 6 }),
    0x0800,
    vlans,
  )

const start = () => {
  const interfaces = [{ name: 'eth0', linkType: 1, snapLength: 0 }]
  const gatherer = new Gatherer(
    { lanes: 2, batchBytes: 1e6, batchAge: 1e6 },
    interfaces,
    [{ addresses: ['10.0.0.1'], port: 8080 }],
    () => {},
  )
  const take = (bytes: Uint8Array) => gatherer.packet(bytes, 0, bytes.length, bytes.length, micros(1e6), 1, 0)
  return { gatherer, take }
}

describe('gathering', () => {
  it.each<[string, Uint8Array, boolean]>([
    ['to the own server', segment('10.0.0.2', 5000, '10.0.0.1', 8080), true],
    ['from it', segment('10.0.0.1', 8080, '10.0.0.2', 5000), true],
    ['to it in two VLAN tags', segment('10.0.0.2', 5000, '10.0.0.1', 8080, [7, 8]), true],
    ['to another server on that port', segment('10.0.0.2', 5000, '10.0.0.3', 8080), false],
    ['from the own server as a client of another', segment('10.0.0.1', 5000, '10.0.0.3', 8080), false],
    ['what is not IP', encodeEthernet(new Uint8Array(40), 0x0806), true],
  ])('leaves out %s: %s', (_, bytes, out) => {
    const { gatherer, take } = start()
    take(bytes)
    expect(gatherer.counters).toMatchObject({ packets: 1, filtered: out ? 1 : 0 })
  })

  it('tells each address once', () => {
    const { gatherer, take } = start()
    take(segment('10.0.0.2', 1, '10.0.0.3', 80))
    take(segment('10.0.0.3', 80, '10.0.0.2', 1))
    expect(gatherer.learned()).toEqual({ names: [], addresses: ['10.0.0.2', '10.0.0.3'] })
    take(segment('10.0.0.2', 2, '10.0.0.3', 80))
    expect(gatherer.learned()).toBeUndefined()
  })
})
