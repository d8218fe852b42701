import { describe, expect, it } from 'vitest'
import { agentStatus } from './agent-status.ts'
import { type EventType, InvalidEvent } from './define.ts'
import { exchangeMerged } from './exchange-merged.ts'
import { exchangeParsed } from './exchange-parsed.ts'
import { hostsResolved } from './hosts-resolved.ts'
import { laneAdvanced } from './lane-advanced.ts'
import { endOfCapture, isEndOfCapture, packetsCaptured } from './packets-captured.ts'
import { registry } from './registry.ts'
import { streamAdvanced } from './stream-advanced.ts'

describe.each([...registry])('%s', (name, type) => {
  it('has the form of a name: what happened to what, and a version', () => {
    expect(name).toBe(type.type)
    expect(name).toMatch(/^[a-z]+\.[a-z]+\.v[1-9]\d*$/)
  })

  it('takes its example, and takes it again from the wire', () => {
    expect(type.check(type.example)).toBe(type.example)
    const again = type.codec.decode(Uint8Array.from(type.codec.encode(type.example)))
    expect(again).toEqual(type.example)
    expect(type.check(again)).toBe(again)
  })

  it.each([undefined, null, 'text', 7, [], {}])('refuses %j', (data) => {
    expect(() => type.check(data)).toThrow(InvalidEvent)
  })

  it('refuses bytes of another form, and says so', () => {
    for (const bytes of [new Uint8Array(), Uint8Array.of(0xff, 0xfe, 0x7b), new TextEncoder().encode('{"lane":')])
      expect(() => type.check(type.codec.decode(bytes))).toThrow(InvalidEvent)
  })
})

describe('wrong data', () => {
  const with_ = <Data extends object>({ example }: EventType<Data>, change: object): unknown => ({ ...example, ...change })
  const connections = streamAdvanced.example.connections
  const exchange = exchangeParsed.example.exchanges[0].document
  const cases: [string, EventType<never>, unknown, string][] = [
    ['a lane that is no text', laneAdvanced as never, with_(laneAdvanced, { lane: 7 }), '/lane'],
    ['a sequence before the first', laneAdvanced as never, with_(laneAdvanced, { sequence: 0 }), '/sequence'],
    ['half a sequence', laneAdvanced as never, with_(laneAdvanced, { sequence: 1.5 }), '/sequence'],
    ['a host without an address', hostsResolved as never, { agent: 'a', hosts: [{ name: 'n', origin: 'resolver', at: 1 }] }, '/hosts/0'],
    [
      'a name from nowhere',
      hostsResolved as never,
      { agent: 'a', hosts: [{ ip: '::1', name: 'n', origin: 'guess', at: 1 }] },
      '/hosts/0/origin',
    ],
    ['too many hosts', hostsResolved as never, { agent: 'a', hosts: Array(1001).fill(hostsResolved.example.hosts[0]) }, '/hosts'],
    [
      'an agent in no state',
      agentStatus as never,
      with_(agentStatus, { spider: { ...agentStatus.example.spider, state: 'lost' } }),
      '/spider/state',
    ],
    [
      'a counter that is text',
      agentStatus as never,
      with_(agentStatus, { spider: { ...agentStatus.example.spider, cpu: '1' } }),
      '/spider/cpu',
    ],
    ['a fact of no kind', streamAdvanced as never, with_(streamAdvanced, { facts: [['jump', 0]] }), '/facts/0'],
    ['data that are no bytes', streamAdvanced as never, with_(streamAdvanced, { facts: [['data', 0, 0, 'GET', 1]] }), '/facts/0'],
    [
      'a connection without a key',
      streamAdvanced as never,
      with_(streamAdvanced, { connections: [{ ...connections[0], key: undefined }] }),
      '/connections/0',
    ],
    [
      'a call without an id',
      exchangeParsed as never,
      with_(exchangeParsed, { exchanges: [{ document: { ...exchange, event: {} } }] }),
      '/exchanges/0/document/event',
    ],
    [
      'a status nobody knows',
      exchangeMerged as never,
      { exchanges: [{ ...exchange, spider: { ...exchange.spider, status: 'fine' } }] },
      '/exchanges/0/spider/status',
    ],
    [
      'a header of one part',
      exchangeMerged as never,
      { exchanges: [{ ...exchange, http: { version: '1.1', request: { ...exchange.http?.request, headers: [['Host']] } } }] },
      '/exchanges/0/http/request/headers/0',
    ],
    ['packets as text', packetsCaptured as never, 'packets', 'bytes'],
  ]
  it.each(cases)('%s is refused, with its place', (_name, type, data, place) => {
    let error: unknown
    try {
      type.check(data)
    } catch (thrown) {
      error = thrown
    }
    expect(error).toBeInstanceOf(InvalidEvent)
    expect((error as Error).message).toContain(type.type)
    expect((error as Error).message).toContain(place)
  })

  it.each([
    ['nothing', []],
    ['a header that is cut', [...packetsCaptured.example.slice(0, 27)]],
    ['a classic pcap', [0xd4, 0xc3, 0xb2, 0xa1, ...Array(28).fill(0)]],
  ])('packets: %s is no section', (_name, bytes) => {
    expect(() => packetsCaptured.codec.decode(Uint8Array.from(bytes))).toThrow(InvalidEvent)
  })
})

describe('the end of a capture', () => {
  it('is a section as others are, and told from them', () => {
    expect(packetsCaptured.codec.decode(endOfCapture)).toBe(endOfCapture)
    expect(isEndOfCapture(Uint8Array.from(endOfCapture))).toBe(true)
    expect(isEndOfCapture(packetsCaptured.example)).toBe(false)
  })
})
