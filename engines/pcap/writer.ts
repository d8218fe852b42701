import { copy } from '../bytes/copy.ts'
import { fromLatin1 } from '../bytes/text.ts'
import { MAPPED, parseIp } from '../packet/address.ts'
import type { Micros } from '../time.ts'
import {
  BYTE_ORDER,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  IF_NAME,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_FILTERACCEPT,
  ISB_IFDROP,
  ISB_IFRECV,
  ISB_OSDROP,
  ISB_USRDELIV,
  NAME_IPV4,
  NAME_IPV6,
  NAME_RESOLUTION,
  OPTION_END,
  padded,
  SECTION_HEADER,
  TLS_KEY_LOG,
} from './format.ts'
import type { CaptureStatistics } from './sink.ts'

const WORD = 2 ** 32
const SECTION_BYTES = 28
const COUNTERS: [number, keyof CaptureStatistics][] = [
  [ISB_IFRECV, 'received'],
  [ISB_IFDROP, 'droppedByInterface'],
  [ISB_FILTERACCEPT, 'accepted'],
  [ISB_OSDROP, 'droppedByKernel'],
  [ISB_USRDELIV, 'delivered'],
]

/** Builds pcapng sections, one after the other, in one buffer: little endian, times in microseconds. */
export class SectionWriter {
  #bytes = new Uint8Array(65_536)
  #view = new DataView(this.#bytes.buffer)
  #length = SECTION_BYTES
  #packets = 0
  /** Name and link type by number of the section's interfaces. */
  #names: string[] = []
  #linkTypes: number[] = []

  /** Bytes of the section so far. */
  get size(): number {
    return this.#length
  }

  /** Packets in the section so far. */
  get packets(): number {
    return this.#packets
  }

  /** Adds a packet (copies it): `start`..`end` of `bytes`, of `originalLength` on the wire. */
  add(bytes: Uint8Array, start: number, end: number, originalLength: number, at: Micros, linkType: number, interfaceName: string): void {
    const number = this.#interface(linkType, interfaceName)
    const captured = end - start
    const body = this.#begin(ENHANCED_PACKET, 20 + padded(captured))
    const view = this.#view
    view.setUint32(body, number, true)
    this.#time(body + 4, at)
    view.setUint32(body + 12, captured, true)
    view.setUint32(body + 16, originalLength, true)
    copy(bytes, start, end, this.#bytes, body + 20)
    this.#packets++
  }

  /**
   * Adds the lines of a TLS key log as a Decryption Secrets Block. It has to come before the packets that it opens, and belongs to
   * this section alone. At most 16 MB: readers refuse longer blocks.
   */
  secrets(keyLog: Uint8Array): void {
    const body = this.#begin(DECRYPTION_SECRETS, 8 + padded(keyLog.length))
    this.#view.setUint32(body, TLS_KEY_LOG, true)
    this.#view.setUint32(body + 4, keyLog.length, true)
    copy(keyLog, 0, keyLog.length, this.#bytes, body + 8)
  }

  /** Adds the names of addresses as a Name Resolution Block. Throws RangeError for what is no address. */
  names(names: readonly { ip: string; name: string }[]): void {
    if (names.length === 0) return
    const records = names.map(({ ip, name }) => ({ words: parseIp(ip), text: fromLatin1(`${name}\0`) }))
    const of = records.map(({ words: [a, b, c] }) => (a === 0 && b === 0 && c === MAPPED ? 4 : 16))
    const sizes = records.map(({ text }, i) => 4 + padded(of[i] + text.length))
    let at = this.#begin(NAME_RESOLUTION, sizes.reduce((sum, size) => sum + size, 0) + 4)
    records.forEach(({ words, text }, i) => {
      const value = this.#option(at, of[i] === 4 ? NAME_IPV4 : NAME_IPV6, of[i] + text.length)
      const first = of[i] === 4 ? 3 : 0
      for (let w = first; w < 4; w++) this.#view.setUint32(value + 4 * (w - first), words[w])
      this.#bytes.set(text, value + of[i])
      this.#bytes.fill(0, value + of[i] + text.length, at + sizes[i])
      at += sizes[i]
    })
    this.#option(at, OPTION_END, 0)
  }

  /** Adds the counters of an interface, as they stand since its capture began. */
  statistics(counters: CaptureStatistics, at: Micros, linkType: number, interfaceName: string): void {
    const number = this.#interface(linkType, interfaceName)
    const told = COUNTERS.filter(([, name]) => counters[name] !== undefined)
    const body = this.#begin(INTERFACE_STATISTICS, 12 + told.length * 12 + 4)
    this.#view.setUint32(body, number, true)
    this.#time(body + 4, at)
    told.forEach(([code, name], i) => {
      const option = this.#option(body + 12 + i * 12, code, 8)
      const value = counters[name] ?? 0
      this.#view.setUint32(option, value % WORD, true)
      this.#view.setUint32(option + 4, Math.floor(value / WORD), true)
    })
    this.#option(body + 12 + told.length * 12, OPTION_END, 0)
  }

  /** The section, in memory of its own; the writer is empty again. */
  finish(): Uint8Array {
    const view = this.#view
    view.setUint32(0, SECTION_HEADER, true)
    view.setUint32(4, SECTION_BYTES, true)
    view.setUint32(8, BYTE_ORDER, true)
    view.setUint16(12, 1, true)
    view.setUint16(14, 0, true)
    view.setUint32(16, this.#length - SECTION_BYTES, true)
    view.setUint32(20, 0, true)
    view.setUint32(24, SECTION_BYTES, true)
    const section = this.#bytes.slice(0, this.#length)
    this.#length = SECTION_BYTES
    this.#packets = 0
    this.#names = []
    this.#linkTypes = []
    return section
  }

  /** The interface's number in this section; described when first used. */
  #interface(linkType: number, name: string): number {
    for (let i = 0; i < this.#names.length; i++) if (this.#linkTypes[i] === linkType && this.#names[i] === name) return i
    const text = fromLatin1(name)
    const body = this.#begin(INTERFACE_DESCRIPTION, 8 + 4 + padded(text.length) + 4)
    this.#view.setUint16(body, linkType, true)
    this.#view.setUint16(body + 2, 0, true)
    this.#view.setUint32(body + 4, 0, true)
    const option = this.#option(body + 8, IF_NAME, text.length)
    this.#bytes.set(text, option)
    this.#option(option + padded(text.length), OPTION_END, 0)
    this.#linkTypes.push(linkType)
    return this.#names.push(name) - 1
  }

  /** Makes room for a block with a body of `size` bytes; returns where the body begins, its padding cleared. */
  #begin(type: number, size: number): number {
    const at = this.#length
    const total = size + 12
    if (at + total > this.#bytes.length) this.#grow(at + total)
    this.#view.setUint32(at, type, true)
    this.#view.setUint32(at + 4, total, true)
    this.#view.setUint32(at + 4 + size, 0, true)
    this.#view.setUint32(at + 8 + size, total, true)
    this.#length = at + total
    return at + 8
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }

  #time(at: number, time: Micros): void {
    this.#view.setUint32(at, Math.floor(time / WORD), true)
    this.#view.setUint32(at + 4, time % WORD, true)
  }

  #option(at: number, code: number, length: number): number {
    this.#view.setUint16(at, code, true)
    this.#view.setUint16(at + 2, length, true)
    return at + 4
  }
}
