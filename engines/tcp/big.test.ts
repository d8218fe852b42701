/** Generated traffic with every fault that a network or a capture has, against the same traffic without. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { corpusPath, hasCorpus } from '../pcap/corpus.case.ts'
import { type Gathered, type Gatherer, gather, sha256Of, withHoles } from './collect.case.ts'

let folder = ''

const make = (...options: string[]): Uint8Array => {
  const file = join(folder, 'x.pcap')
  execFileSync('python3', [
    corpusPath('make-big'),
    file,
    '--seed',
    '11',
    '--bytes',
    '1G',
    '--connections',
    '120',
    '--exchanges',
    '3',
    '--body-mean',
    '4K',
    ...options,
  ])
  return readFileSync(file)
}

/** Every byte that was delivered is the one that was sent there, and what is missing is told. */
const expectTrue = (seen: Gathered, whole: Gathered): void => {
  for (const side of [0, 1] as const) {
    const [mine, all] = [withHoles(seen, side), withHoles(whole, side)]
    for (const gap of seen.gaps) if (gap.side === side) all.fill(0, gap.offset, gap.offset + gap.missing)
    // A FIN that was lost with the data before it counts as one byte more of the gap: nobody can tell.
    expect(mine.length - all.length).toBeLessThanOrEqual(1)
    expect(Buffer.compare(mine.subarray(0, all.length), all.subarray(0, mine.length)), `${seen.connection.id} side ${side}`).toBe(0)
  }
}

const digest = ({ all }: Gatherer): string[] => all.map(({ connection, streams }) => `${connection.id} ${streams.map(sha256Of)}`).sort()

const sentAgain = ({ all }: Gatherer): number =>
  all.reduce((sum, { connection }) => sum + connection.sides[0].retransmissions + connection.sides[1].retransmissions, 0)

describe.skipIf(!hasCorpus)('generated traffic', () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tcp-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('is whole, and the same, when packets are captured twice or at both sides', () => {
    const plain = gather(make())
    expect(plain.all.length).toBeGreaterThan(50)
    expect(plain.all.every(({ gaps, closed, connection }) => gaps.length === 0 && closed && connection.state !== 'ended')).toBe(true)
    for (const options of [['--duplicate', '0.05'], ['--both-sides']]) {
      const other = gather(make(...options))
      expect(digest(other)).toEqual(digest(plain))
      expect(other.all.every(({ gaps }) => gaps.length === 0)).toBe(true)
      expect(other.all.every(({ connection }) => connection.sides.every((side) => side.retransmissions === 0))).toBe(true)
    }
  })

  it('loses nothing to reordering and retransmission', () => {
    const faulty = gather(make('--reorder', '0.05', '--retransmit', '0.05', '--pipeline', '0.2'))
    expect(faulty.all.every(({ gaps, closed }) => gaps.length === 0 && closed)).toBe(true)
    expect(faulty.all.some(({ connection }) => connection.sides[1].retransmissions > 0)).toBe(true)
    const both = gather(make('--reorder', '0.05', '--retransmit', '0.05', '--pipeline', '0.2', '--both-sides'))
    expect(digest(both)).toEqual(digest(faulty))
    expect(sentAgain(both)).toBe(sentAgain(faulty))
  })

  it('tells exactly what is missing when packets are lost', () => {
    const whole = gather(make('--reorder', '0.02', '--retransmit', '0.02'))
    for (const options of [
      ['--loss', '0.01'],
      ['--loss', '0.2'],
      ['--loss', '0.02', '--both-sides'],
    ]) {
      const seen = gather(make('--reorder', '0.02', '--retransmit', '0.02', ...options))
      expect(seen.all.some(({ gaps }) => gaps.length > 0)).toBe(true)
      let found = 0
      for (const gathered of seen.all) {
        const original = whole.by.get(gathered.connection.id)
        if (!original) continue
        found++
        expectTrue(gathered, original)
      }
      expect(found).toBeGreaterThan(whole.all.length * 0.9)
    }
  })

  it('brings each request before its response', () => {
    const order = new Map<string, string>()
    const capture = make('--both-sides', '--reorder', '0.05', '--loss', '0.01')
    const seen = gather(capture, {}, 65_536, (connection, side) => order.set(connection.id, (order.get(connection.id) ?? '') + side))
    expect(seen.all.length).toBeGreaterThan(50)
    for (const sides of order.values()) expect(sides[0]).toBe('0')
  })
})
