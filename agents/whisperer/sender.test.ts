import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Permanent, Transient } from '#adapters/bus/port.ts'
import type { Event } from '#events/define.ts'
import { Sequences } from './parcel.ts'
import { Sender, type SenderOptions } from './sender.ts'
import { Spool } from './spool.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
let sender: Sender | undefined
afterEach(() => sender?.close())

const start = (publish: (event: Event) => Promise<void>, options: Partial<SenderOptions> = {}) => {
  const lost: string[] = []
  const made = new Sender({
    bus: { publish },
    inFlight: 3,
    memory: 1 << 20,
    lost: ({ lane, sequence }) => lost.push(`${lane}/${sequence}`),
    ...options,
  })
  const sequences = new Sequences('a')
  const send = (lane: number, bytes = 100) => {
    const section = new Uint8Array(bytes)
    made.send(sequences.next(lane, 1, section), section)
  }
  sender = made
  return { sender: made, send, lost }
}

describe('sender', () => {
  it('keeps each lane in order, several lanes under way, and no more than told', async () => {
    const came: string[] = []
    let underWay = 0
    let most = 0
    const { sender, send } = start(async ({ id }) => {
      most = Math.max(most, ++underWay)
      await pause(Math.random() * 5)
      underWay--
      came.push(id)
    })
    for (let i = 0; i < 60; i++) send(i % 6)
    await sender.drained()
    expect(most).toBe(3)
    for (let lane = 0; lane < 6; lane++)
      expect(came.filter((id) => id.startsWith(`a/${lane}/`))).toEqual(Array.from({ length: 10 }, (_, i) => `a/${lane}/${i + 1}`))
  })

  it('waits as long as it is asked to, with that lane alone', async () => {
    const times = new Map<string, number[]>()
    const { sender, send } = start(async ({ id }) => {
      times.set(id, [...(times.get(id) ?? []), performance.now()])
      if (id === 'a/0/1' && times.get(id)!.length === 1) throw new Transient('full', 700)
    })
    send(0)
    send(1)
    await sender.drained()
    const [first, second] = times.get('a/0/1')!
    expect(second - first).toBeGreaterThanOrEqual(690)
    expect(times.get('a/1/1')![0]).toBeLessThan(second)
    expect(sender.sent).toMatchObject({ events: 2, retries: 1 })
  })

  it('tries with one lane alone while nothing gets through, and with all again after', async () => {
    let away = true
    let tries = 0
    const { sender, send } = start(async () => {
      tries++
      if (away) throw new Transient('away')
    })
    for (let lane = 0; lane < 16; lane++) send(lane)
    await pause(600)
    expect(tries).toBeLessThan(9)
    expect(sender.trouble).toBe('away')
    away = false
    await sender.drained()
    expect(sender.sent.events).toBe(16)
    expect(sender.trouble).toBeUndefined()
  })

  it('gives up what is refused for ever, and goes on', async () => {
    const { sender, send, lost } = start(async ({ sequence }) => {
      if (sequence === 2) throw new Permanent('no')
    })
    for (let i = 0; i < 3; i++) send(0)
    await sender.drained()
    expect([lost, sender.sent.events]).toEqual([['0/2'], 2])
  })

  it('lets a source that can wait go on when half of the memory is free', async () => {
    const { sender, send } = start(async () => void (await pause(30)), { inFlight: 1 })
    for (let i = 0; i < 10; i++) send(0, 100_000)
    expect(sender.takes(100_000)).toBe(false)
    await sender.room()
    expect(sender.memory).toBeLessThan(1 << 19)
    expect(sender.memory).toBeGreaterThan(1 << 18)
  })

  it.skipIf(process.getuid?.() !== 0)('goes on in memory, within its bound, when the disk is full', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sender-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder])
    try {
      let away = true
      const publish = async () => {
        if (away) throw new Transient('away')
      }
      const own = new Spool(join(folder, 'a'))
      const { sender, send, lost } = start(publish, { spool: { own, limit: 1 << 30, bytes: () => own.bytes } })
      for (let i = 0; i < 8; i++) {
        send(0, 100_000)
        await pause(5)
      }
      expect(sender.trouble).toMatch(/^the spool cannot be written: ENOSPC/)
      expect([own.bytes, sender.memory]).toEqual([2 * 100_128, 600_000])
      expect([sender.takes(400_000), sender.takes(500_000)]).toEqual([true, false])
      away = false
      await sender.drained()
      expect([sender.sent.events, lost, own.bytes]).toEqual([8, [], 0])
    } finally {
      execFileSync('umount', [folder])
      rmSync(folder, { recursive: true })
    }
  })
})
