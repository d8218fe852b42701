import { describe, expect, it } from 'vitest'
import { ACK, Frame, SYN } from '#engines/packet/frame.ts'
import { micros } from '#engines/time.ts'
import { Overflow } from './overflow.ts'

const packet = (port: number, flags: number, at = 1): Frame => {
  const frame = new Frame()
  return Object.assign(frame, {
    version: 4,
    protocol: 6,
    ports: true,
    source3: 1,
    target3: 2,
    sourcePort: port,
    targetPort: 80,
    flags,
    at: micros(at * 1e6),
    originalLength: 100,
  })
}
const back = (frame: Frame): Frame =>
  Object.assign(packet(0, ACK), { ...frame, source3: 2, target3: 1, sourcePort: 80, targetPort: frame.sourcePort })
const PORTS = Array.from({ length: 2000 }, (_, i) => 10_000 + i)

describe('overflow', () => {
  it('drops nothing while there is room', () => {
    const overflow = new Overflow()
    overflow.pressure(0.69)
    expect(PORTS.filter((port) => overflow.drops(packet(port, SYN)))).toEqual([])
  })

  it('turns away some new conversations first, whole and both ways, and none that has begun', () => {
    const overflow = new Overflow()
    overflow.pressure(0.775)
    const victims = PORTS.filter((port) => overflow.drops(packet(port, SYN)))
    expect(victims.length).toBeGreaterThan(800)
    expect(victims.length).toBeLessThan(1200)
    for (const port of PORTS) {
      expect(overflow.drops(packet(port, ACK))).toBe(victims.includes(port))
      expect(overflow.drops(back(packet(port, ACK)))).toBe(victims.includes(port))
    }
    expect(overflow).toMatchObject({ conversations: victims.length, packets: victims.length * 3, bytes: victims.length * 300 })
  })

  it('keeps a victim out when there is room again, until it has long been silent', () => {
    const overflow = new Overflow()
    overflow.pressure(1)
    expect(overflow.drops(packet(1, SYN))).toBe(true)
    overflow.pressure(0)
    expect(overflow.drops(packet(1, ACK, 30))).toBe(true)
    expect(overflow.drops(packet(1, ACK, 89))).toBe(true)
    expect(overflow.drops(packet(1, SYN, 150))).toBe(false)
    expect(overflow.conversations).toBe(1)
  })

  it('drops conversations that have begun when nothing else helps, all of them at the end', () => {
    const overflow = new Overflow()
    overflow.pressure(0.9)
    const victims = PORTS.filter((port) => overflow.drops(packet(port, ACK)))
    expect(victims.length).toBeGreaterThan(800)
    expect(victims.length).toBeLessThan(1200)
    overflow.pressure(0.96)
    expect(PORTS.filter((port) => !overflow.drops(packet(port, ACK)))).toEqual([])
  })
})
