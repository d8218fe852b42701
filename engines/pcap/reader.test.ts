import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromLatin1, latin1 } from '../bytes/text.ts'
import { micros } from '../time.ts'
import { corpusBytes, corpusCaptures, corpusFiles, corpusText, hasCorpus, oracleOf } from './corpus.case.ts'
import { CaptureReader } from './reader.ts'
import type { CaptureSink } from './sink.ts'
import { SectionWriter } from './writer.ts'

/** All that a capture tells, as short text. */
const read = (capture: Uint8Array, chunk = capture.length || 1): { told: string[]; reader: CaptureReader } => {
  const told: string[] = []
  const sink: CaptureSink = {
    packet: (bytes, start, end, original, at, linkType, id) =>
      told.push(`${at} ${linkType} ${id} ${original} ${latin1(bytes, start, end)}`),
    statistics: (id, counters, at) => told.push(`statistics ${id} ${at} ${JSON.stringify(counters)}`),
    name: (address, name) => told.push(`name ${address} ${name}`),
    secrets: (type, bytes, start, end) => told.push(`secrets ${type.toString(16)} ${latin1(bytes, start, end)}`),
    skipped: (type) => told.push(`skipped ${type}`),
  }
  const reader = new CaptureReader(sink)
  for (let at = 0; at < capture.length; at += chunk) reader.receive(capture.subarray(at, at + chunk))
  reader.end()
  return { told, reader }
}

/** A classic capture of one packet `hi`, of 5 bytes on the wire. */
const pcap = (magic: number, little: boolean, seconds: number, fraction: number): Uint8Array => {
  const view = new DataView(new ArrayBuffer(24 + 16 + 2))
  const words = [magic, 0, 0, 0, 65_535, 1, seconds, fraction, 2, 5]
  words.forEach((word, i) => {
    view.setUint32(i * 4, word, little)
  })
  view.setUint16(4, 2, little)
  view.setUint16(6, 4, little)
  view.setUint16(40, 0x6869)
  return new Uint8Array(view.buffer)
}

/** A pcapng block in either byte order: numbers are 32-bit words, text is bytes. */
const block = (little: boolean, type: number, ...parts: (number | string)[]): Uint8Array => {
  const size = 12 + parts.reduce<number>((sum, part) => sum + (typeof part === 'number' ? 4 : (part.length + 3) & ~3), 0)
  const view = new DataView(new ArrayBuffer(size))
  let at = 8
  for (const part of parts) {
    if (typeof part === 'number') view.setUint32(at, part, little)
    else new Uint8Array(view.buffer).set(fromLatin1(part), at)
    at += typeof part === 'number' ? 4 : (part.length + 3) & ~3
  }
  view.setUint32(0, type, little)
  view.setUint32(4, size, little)
  view.setUint32(size - 4, size, little)
  return new Uint8Array(view.buffer)
}
const pair = (little: boolean, low: number, high: number): number => (little ? low | (high << 16) : (low << 16) | high) >>> 0
const section = (little: boolean): Uint8Array => block(little, 0x0a0d0d0a, 0x1a2b3c4d, pair(little, 1, 0), 0xffffffff, 0xffffffff)
const join = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]))

const everything = (little: boolean): Uint8Array =>
  join(
    section(little),
    block(little, 1, pair(little, 1, 0), 0, pair(little, 2, 4), 'eth0', 0),
    block(little, 1, pair(little, 101, 0), 3, pair(little, 9, 1), '\x09\0\0\0', 0),
    block(little, 6, 0, 0x60000, 7, 2, 9, 'hi'),
    block(little, 6, 1, 0x18000000, 1_999, 3, 3, 'raw'),
    block(little, 2, pair(little, 0, 0), 0x60000, 8, 3, 3, 'old'),
    block(little, 3, 4, 'full'),
    block(little, 4, pair(little, 1, 8), '\x0a\0\0\x01abc\0', pair(little, 2, 18), `\x20\x01${'\0'.repeat(13)}\x01z\0`, 0),
    block(little, 5, 0, 0x60000, 9, pair(little, 7, 8), ...(little ? [3, 0] : [0, 3]), 0),
    block(little, 10, 0x544c534b, 3, 'key'),
    block(little, 0x0bad),
    section(little),
    block(little, 1, pair(little, 1, 0), 0, pair(little, 2, 4), 'eth0', 0),
    block(little, 6, 0, 0x60000, 9, 1, 1, 'x'),
  )

const HIGH = 0x60000 * 2 ** 32
const EVERYTHING = [
  `${HIGH + 7} 1 0 9 hi`,
  `${Math.floor((0x18000000 / 1000) * 2 ** 32 + 1.999)} 101 1 3 raw`,
  `${HIGH + 8} 1 0 3 old`,
  `${HIGH + 8} 1 0 4 full`,
  'name 10.0.0.1 abc',
  'name 2001::1 z',
  `statistics 0 ${HIGH + 9} {"droppedByKernel":3}`,
  'secrets 544c534b key',
  'skipped 2989',
  `${HIGH + 9} 1 0 1 x`,
]

describe('a capture', () => {
  for (const little of [true, false])
    it(`is read in ${little ? 'little' : 'big'} endian order, pcap in µs and ns, and pcapng`, () => {
      expect(read(pcap(0xa1b2c3d4, little, 3_000_000_000, 999_999)).told).toEqual(['3000000000999999 1 0 5 hi'])
      expect(read(pcap(0xa1b23c4d, little, 1, 999_999_999)).told).toEqual(['1999999 1 0 5 hi'])
      const { told, reader } = read(everything(little))
      expect(told).toEqual(EVERYTHING)
      expect(reader.problem).toBeUndefined()
      expect(reader.interfaces.map(({ name }) => name)).toEqual(['eth0', ''])
    })

  it('is the same in pieces of any size', () => {
    const capture = everything(true)
    for (let chunk = 1; chunk < capture.length; chunk++) expect(read(capture, chunk).told).toEqual(EVERYTHING)
  })

  it('is delivered up to a cut, and the cut is told', () => {
    const capture = everything(false)
    for (let length = 28; length < capture.length; length++) {
      const { told, reader } = read(capture.subarray(0, length), 7)
      expect(EVERYTHING.slice(0, told.length)).toEqual(told)
      if (reader.problem) expect(reader.problem).toMatchObject({ code: 'cut', offset: length })
    }
    expect(read(capture.subarray(0, 100)).reader.problem?.message).toMatch(
      /ends at byte 100 in the middle of a block, which began at byte 92$/,
    )
  })

  const words = fromLatin1('GIF89a, a picture of 30 bytes.')
  const badBlock = join(everything(true).subarray(0, 28), fromLatin1('\x06\0\0\0\x21\0\0\0\0\0\0\0'))
  const strange: [string, Uint8Array, string, number, number][] = [
    ['nothing', new Uint8Array(0), 'not-a-capture', 0, 0],
    ['something else', words, 'not-a-capture', 0, 0],
    ['two bytes', words.subarray(0, 2), 'not-a-capture', 2, 0],
    ['a packet of 4 GB', join(pcap(0xa1b2c3d4, true, 1, 1), fromLatin1('\0'.repeat(8)), new Uint8Array(8).fill(255)), 'corrupt', 42, 1],
    ['a block of 33 bytes', badBlock, 'corrupt', 28, 0],
    ['a packet of an interface that is not there', join(section(true), block(true, 6, 0, 0, 0, 1, 1, 'x')), 'corrupt', 28, 0],
    ['version 3', pcap(0xa1b2c3d4, true, 1, 1).map((byte, i) => (i === 4 ? 3 : byte)), 'unsupported', 0, 0],
  ]
  for (const [name, bytes, code, offset, packets] of strange)
    it(`of ${name} is told from others`, () => {
      for (const chunk of [1, 5, 1000]) {
        const { told, reader } = read(bytes, chunk)
        expect(reader.problem).toMatchObject({ code, offset })
        expect(told.length).toBe(packets)
      }
    })

  it('never makes it throw, nor hold more than a record', () => {
    const whole = [everything(true), everything(false), pcap(0xa1b2c3d4, true, 1, 1)]
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        (which, changes, chunk) => {
          const capture = whole[which].slice()
          for (const [at, value] of changes) capture[at % capture.length] = value
          read(capture, chunk)
        },
      ),
      { numRuns: 2000 },
    )
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void read(bytes, 9)))
  })
})

describe('a section', () => {
  it('is read back as it was written', () => {
    const packet = fc.record({
      data: fc.string({ maxLength: 9 }),
      cut: fc.nat(9),
      at: fc.nat(2 ** 52),
      linkType: fc.constantFrom(1, 101),
      name: fc.constantFrom('eth0', 'lo', ''),
    })
    const writer = new SectionWriter()
    fc.assert(
      fc.property(fc.array(packet), (packets) => {
        for (const { data, cut, at, linkType, name } of packets)
          writer.add(fromLatin1(`..${data}`), 2, 2 + data.length, data.length + cut, micros(at), linkType, name)
        writer.statistics({ received: 2 ** 40 + 1, droppedByKernel: 0 }, micros(5), 1, 'eth0')
        expect(writer.packets).toBe(packets.length)
        const size = writer.size
        const bytes = writer.finish()
        expect(bytes.length).toBe(size)
        const { told, reader } = read(bytes, 33)
        expect(reader.problem).toBeUndefined()
        expect(told.pop()).toMatch(/^statistics \d 5 {"received":1099511627777,"droppedByKernel":0}$/)
        expect(told.map((line) => line.split(' ').toSpliced(2, 1).join(' '))).toEqual(
          packets.map(({ data, cut, at, linkType }) => `${at} ${linkType} ${data.length + cut} ${data}`),
        )
        const names = told.map((line) => reader.interfaces[Number(line.split(' ')[2])].name)
        expect(names).toEqual(packets.map(({ name }) => name))
      }),
    )
  })
})

describe.skipIf(!hasCorpus)('captures of the corpus', () => {
  it('have as many packets as tshark sees', () => {
    const different = corpusCaptures().filter((capture) => {
      const { told } = read(corpusBytes(capture), 10_000)
      return told.filter((line) => /^\d/.test(line)).length !== oracleOf(capture).frames
    })
    const explained = different.filter((path) => /test(017|018|102|202)\.pcapng$/.test(path)) // tshark counts custom blocks as frames
    const snoop = different.filter((path) => path.endsWith('.snoop')) // neither pcap nor pcapng
    expect(different.filter((path) => !explained.includes(path) && !snoop.includes(path))).toEqual([])
  })

  it('of the pcapng generator have the packets of their block lists', () => {
    const files = corpusFiles('files/pcapng-test-generator').filter((path) => path.endsWith('.pcapng'))
    expect(files.length).toBeGreaterThan(40)
    for (const path of files) {
      const list = corpusText(path.replace(/pcapng$/, 'txt'))
      const sequence = list.slice(list.indexOf('Block sequence:')).match(/\b[A-Z]+\b/g) ?? []
      const packets = sequence.filter((name) => ['EPB', 'SPB', 'PB', 'OPB'].includes(name)).length
      const { told, reader } = read(corpusBytes(path), 100)
      expect(told.filter((line) => /^\d/.test(line)).length, path).toBe(packets)
      expect(told.filter((line) => line.startsWith('statistics')).length, path).toBe(sequence.filter((name) => name === 'ISB').length)
      expect(reader.problem, path).toBeUndefined()
    }
  })
})
