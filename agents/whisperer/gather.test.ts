import { describe, expect, it } from 'vitest'
import { encodeEthernet } from '#engines/packet/ethernet.ts'
import { SYN } from '#engines/packet/frame.ts'
import { encodeIpv4 } from '#engines/packet/ipv4.ts'
import { encodeTcp } from '#engines/packet/tcp.ts'
import { micros } from '#engines/time.ts'
import { Gatherer } from './gather.ts'
import type { Batch } from './lanes.ts'

const segment = (source: string, sourcePort: number, target: string, targetPort: number, vlans: number[] = []) =>
  encodeEthernet(
    encodeIpv4(encodeTcp(new Uint8Array(0), { sourcePort, targetPort, sequence: 1, flags: SYN }), { source, target, protocol: 6 }),
    0x0800,
    vlans,
  )

const start = () => {
  const interfaces = [{ name: 'eth0', linkType: 1, snapLength: 0 }]
  const sections: Batch[] = []
  const gatherer = new Gatherer(
    { lanes: 2, batchBytes: 1e6, batchAge: 1e6 },
    interfaces,
    [{ addresses: ['10.0.0.1'], port: 8080 }],
    (batch) => sections.push(batch),
  )
  // As a capture does it: each packet lies where the one before lay.
  const packet = Buffer.alloc(2048)
  const take = (bytes: Uint8Array) => {
    packet.set(bytes)
    gatherer.packet(packet, 0, bytes.length, bytes.length, micros(1e6), 1, 0)
  }
  return { gatherer, take, sections }
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

  const places = {
    pods: ['10.0.1.1', 'fd00::1'],
    carriers: ['10.0.2.1', '10.0.2.2'],
    nodes: ['10.0.3.1', '10.0.3.2'],
    servers: [{ address: '10.0.4.1', port: 6379 }],
    isStarting: false,
  }
  it.each<[string, Uint8Array, boolean]>([
    ['what a pod of Spider sends', segment('10.0.1.1', 5000, '10.0.9.9', 80), true],
    ['what it is sent', segment('10.0.9.9', 5000, '10.0.1.1', 80), true],
    ['what carriers say to each other', segment('10.0.2.1', 5000, '10.0.2.2', 80), true],
    ['what a node says to a carrier', segment('10.0.3.1', 5000, '10.0.2.2', 80), true],
    ['what a carrier says to a node', segment('10.0.2.2', 80, '10.0.3.1', 5000), true],
    ['what a carrier says to the pod of a user', segment('10.0.2.1', 5000, '10.0.9.9', 8080), false],
    ['what a user says to a carrier', segment('10.0.9.9', 5000, '10.0.2.1', 80), false],
    ['what a node says to a server of Spider', segment('10.0.3.1', 5000, '10.0.4.1', 6379), true],
    ['what that answers', segment('10.0.4.1', 6379, '10.0.3.1', 5000), true],
    ['what a node says to another port of it', segment('10.0.3.1', 5000, '10.0.4.1', 6380), false],
    ['what the pod of a user says to a server of Spider', segment('10.0.9.9', 5000, '10.0.4.1', 6379), false],
    ['what nodes say to each other', segment('10.0.3.1', 5000, '10.0.3.2', 22), false],
  ])('in a cluster, leaves out %s', (_, bytes, out) => {
    const { gatherer, take } = start()
    gatherer.ownPlaces(places)
    take(bytes)
    expect(gatherer.counters).toMatchObject({ packets: 1, filtered: out ? 1 : 0, own: out ? 1 : 0 })
  })

  it('has packets wait while a pod of Spider has no address, and none gets lost', () => {
    const { gatherer, take, sections } = start()
    take(segment('10.0.9.1', 1, '10.0.9.2', 80))
    gatherer.ownPlaces({ ...places, isStarting: true })
    expect(sections.map(({ packets }) => packets)).toEqual([1])
    take(segment('10.0.1.2', 1, '10.0.4.1', 6379))
    take(segment('10.0.9.1', 2, '10.0.9.2', 80))
    gatherer.turn(1e9)
    expect(sections).toHaveLength(1)
    gatherer.ownPlaces({ ...places, pods: ['10.0.1.2'] })
    gatherer.flush()
    expect(gatherer.counters).toMatchObject({ packets: 3, own: 1 })
    expect(sections.reduce((sum, { packets }) => sum + packets, 0)).toBe(2)
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
