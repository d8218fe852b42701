import { describe, expect, it } from 'vitest'
import type { Protocol } from '../protocols/protocol.ts'
import { PROTOCOLS } from '../protocols/registry.ts'
import type { Side } from '../tcp/facts.ts'
import { Choices } from './choices.ts'
import { Detector, recognise } from './detector.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')
const choices = new Choices('tcp', PROTOCOLS)
const named = (found: Protocol | string | undefined) => (typeof found === 'object' ? found.name : found)
const CLIENT_HELLO = '\x16\x03\x01\x00\x80\x01\x00\x00\x7c\x03\x03'
const cases: [string, Side, string, string][] = [
  ['a request', 0, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', 'http'],
  ['a request of an unknown method', 0, 'BREW /pot HTTP/1.1\r\n', 'http'],
  ['a long request line', 0, `POST /${'x'.repeat(1000)}`, 'http'],
  ['a status line', 1, 'HTTP/1.1 200 OK\r\n', 'http'],
  ['a TLS hello', 0, CLIENT_HELLO, 'tls'],
  ['its answer', 1, '\x16\x03\x03\x00\x7a\x02\x00\x00', 'tls'],
  ['HTTP/2 with prior knowledge', 0, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2'],
  ['its answer', 1, '\x00\x00\x06\x04\x00\x00\x00\x00\x00', 'h2'],
  ['SSH', 1, 'SSH-2.0-OpenSSH_9\r\n', 'ssh'],
  ['Redis', 0, '*1\r\n$4\r\nPING\r\n', 'redis'],
  ['PostgreSQL', 0, '\x00\x00\x00\x08\x04\xd2\x16\x2f', 'postgresql'],
  ['MySQL', 1, '\x4a\x00\x00\x00\x0a8.0.30\x00', 'mysql'],
]

describe('recognise', () => {
  it.each(cases)('%s', (_, side, text, protocol) => {
    const wire = bytes(text)
    expect(named(recognise(PROTOCOLS, side, wire, 0, wire.length))).toBe(protocol)
    for (let length = 1; length < Math.min(wire.length, 8); length++)
      expect(['more', protocol], `${length} bytes`).toContain(named(recognise(PROTOCOLS, side, wire, 0, length)))
  })

  it.each(['hello you', '\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09', 'GET', 'EHLO mail\r\n'])('nothing in %j', (text) => {
    expect(['no', 'more']).toContain(recognise(PROTOCOLS, 0, bytes(text), 0, text.length))
  })
})

const fed = (port: number, midway: boolean, ...pieces: [Side, string][]) => {
  const detector = new Detector(choices.at(port), midway)
  let protocol: string | undefined
  for (const [side, text] of pieces) protocol ??= named(detector.receive(side, bytes(text), 0, text.length))
  return { detector, protocol }
}

describe('a detector', () => {
  it('keeps what came before the protocol was known', () => {
    const { detector, protocol } = fed(7777, false, [0, 'GE'], [0, 'T / HT'], [0, 'TP/1.1\r\n'])
    expect(protocol).toBe('http')
    expect(Buffer.from(detector.takeHeld(0)).toString()).toBe('GE')
    expect(detector.takeHeld(0)).toHaveLength(0)
  })

  it('does not go by the port: TLS on 80, HTTP on 443', () => {
    expect(fed(80, false, [0, CLIENT_HELLO]).protocol).toBe('tls')
    expect(fed(443, false, [0, 'GET / HTTP/1.0\r\n\r\n']).protocol).toBe('http')
  })

  it('calls garbage bad HTTP where HTTP is expected, and unknown elsewhere', () => {
    const [asked, answered] = ['\x01'.repeat(40), '\x04'.repeat(40)]
    expect(fed(80, false, [0, asked]).protocol).toBe('http')
    expect(fed(80, false, [0, '\x01\x02\x03']).detector.end()).toMatchObject({ name: 'http' }) // so few may begin DNS, until nothing more comes
    expect(fed(7777, false, [0, asked]).protocol).toBeUndefined()
    expect(fed(7777, false, [0, asked], [1, answered]).protocol).toBe('unknown')
    expect(fed(7777, false, [0, asked], [1, 'HTTP/1.1 400 Bad\r\n']).protocol).toBe('http')
  })

  it('tries each segment of a connection captured from its middle, also on a port of HTTP', () => {
    const { detector, protocol } = fed(80, true, [0, 'rest of a body'], [1, 'more'], [0, 'GET / HTTP/1.1\r\n'])
    expect([protocol, detector.passed]).toEqual(['http', [14, 4]])
    expect(fed(80, true, ...Array.from({ length: 64 }, (): [Side, string] => [0, '\x01'])).protocol).toBe('unknown')
  })

  it('holds no more than its bound, and goes on after save and load', () => {
    expect(fed(7777, false, ...Array.from({ length: 80 }, (): [Side, string] => [0, '\x01'.repeat(1000)])).protocol).toBe('unknown')
    const { detector } = fed(7777, false, [0, 'GE'])
    const other = Detector.load(structuredClone(detector.save()), choices.at(7777))
    expect(named(other.receive(0, bytes('T / HTTP/1.1\r\n'), 0, 14))).toBe('http')
  })
})
