import { type Micros, micros } from '../time.ts'
import { type Clock, clockOf, microseconds } from './clock.ts'
import {
  BYTE_ORDER,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  type Format,
  IF_NAME,
  IF_TSOFFSET,
  IF_TSRESOL,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  ISB_FILTERACCEPT,
  ISB_IFDROP,
  ISB_IFRECV,
  ISB_OSDROP,
  ISB_USRDELIV,
  LARGEST,
  NAME_RESOLUTION,
  OLD_PACKET,
  SECTION_HEADER,
  SIMPLE_PACKET,
} from './format.ts'
import { counter, eachOption, optionText, resolvedNames } from './options.ts'
import type { CaptureInterface, CaptureSink, CaptureStatistics } from './sink.ts'

interface SectionInterface extends CaptureInterface {
  id: number
  clock: Clock
}

const COUNTERS: Record<number, keyof CaptureStatistics> = {
  [ISB_IFRECV]: 'received',
  [ISB_IFDROP]: 'droppedByInterface',
  [ISB_FILTERACCEPT]: 'accepted',
  [ISB_OSDROP]: 'droppedByKernel',
  [ISB_USRDELIV]: 'delivered',
}
/** More interfaces than this are not real ones. */
const MOST_INTERFACES = 65_536

/** Sections of blocks (draft-ietf-opsawg-pcapng). */
export class PcapngFormat implements Format {
  need = 12
  error: string | undefined
  unit = 'a block'
  #sink: CaptureSink
  #known: CaptureInterface[]
  #ids = new Map<string, number>()
  #section: SectionInterface[] = []
  #little = true
  #latest = micros(0)

  constructor(sink: CaptureSink, interfaces: CaptureInterface[]) {
    this.#sink = sink
    this.#known = interfaces
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = start
    // The shortest block has 12 bytes, and the byte order of a section header is known from as many.
    while (end - at >= 12) {
      const type = view.getUint32(at, this.#little)
      if (type === SECTION_HEADER && !this.#order(view, at)) return at
      const length = view.getUint32(at + 4, this.#little)
      if (length < 12 || length > LARGEST || length % 4 !== 0) return this.#corrupt(at, `a block that says it has ${length} bytes`)
      if (at + length > end) {
        this.need = length
        return at
      }
      if (view.getUint32(at + length - 4, this.#little) !== length) return this.#corrupt(at, 'a block whose two lengths differ')
      this.#block(bytes, view, type, at + 8, at + length - 4)
      if (this.error !== undefined) return at
      at += length
    }
    this.need = 12
    return at
  }

  #corrupt(at: number, message: string): number {
    this.error = message
    return at
  }

  #order(view: DataView, at: number): boolean {
    if (view.getUint32(at + 8, true) === BYTE_ORDER) this.#little = true
    else if (view.getUint32(at + 8, false) === BYTE_ORDER) this.#little = false
    else this.error = 'a section header without its byte order mark'
    return this.error === undefined
  }

  #block(bytes: Uint8Array, view: DataView, type: number, at: number, end: number): void {
    const size = end - at
    if (type === ENHANCED_PACKET && size >= 20) this.#packet(bytes, view, at, end, view.getUint32(at, this.#little))
    else if (type === SIMPLE_PACKET && size >= 4) this.#simplePacket(bytes, view, at, end)
    else if (type === OLD_PACKET && size >= 20) this.#packet(bytes, view, at, end, view.getUint16(at, this.#little))
    else if (type === SECTION_HEADER && size >= 16) this.#sectionHeader(view, at)
    else if (type === INTERFACE_DESCRIPTION && size >= 8) this.#interface(bytes, view, at, end)
    else if (type === NAME_RESOLUTION) resolvedNames(bytes, view, at, end, this.#little, this.#sink)
    else if (type === INTERFACE_STATISTICS && size >= 12) this.#statistics(view, at, end)
    else if (type === DECRYPTION_SECRETS && size >= 8) {
      const length = view.getUint32(at + 4, this.#little)
      this.#sink.secrets?.(view.getUint32(at, this.#little), bytes, at + 8, Math.min(at + 8 + length, end))
    } else this.#sink.skipped?.(type, size + 12)
  }

  #sectionHeader(view: DataView, at: number): void {
    const major = view.getUint16(at + 4, this.#little)
    if (major !== 1) this.error = `version ${major} of the pcapng format is not known, only 1`
    this.#section = []
  }

  /** Enhanced and old packets have the same fields from the time on. */
  #packet(bytes: Uint8Array, view: DataView, at: number, end: number, number: number): void {
    const little = this.#little
    const where = this.#section[number]
    const captured = view.getUint32(at + 12, little)
    if (where === undefined) this.error = `a packet of interface ${number}, which was not described`
    else if (captured > end - at - 20) this.error = `a packet of ${captured} bytes in a block of ${end - at + 12}`
    else {
      const high = view.getUint32(at + 4, little)
      const low = view.getUint32(at + 8, little)
      const time = where.clock === microseconds ? micros(high * 4294967296 + low) : where.clock(high, low)
      this.#latest = time
      this.#deliver(bytes, at + 20, at + 20 + captured, view.getUint32(at + 16, little), time, where)
    }
  }

  /** Has neither a time nor an interface: those of the packet before, and the first. */
  #simplePacket(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    const where = this.#section[0]
    if (where === undefined) {
      this.error = 'a simple packet where no interface was described'
      return
    }
    const original = view.getUint32(at, this.#little)
    const captured = Math.min(original, where.snapLength || original, end - at - 4)
    this.#deliver(bytes, at + 4, at + 4 + captured, original, this.#latest, where)
  }

  #deliver(bytes: Uint8Array, start: number, end: number, original: number, at: Micros, where: SectionInterface): void {
    this.#sink.packet(bytes, start, end, Math.max(original, end - start), at, where.linkType, where.id)
  }

  #interface(bytes: Uint8Array, view: DataView, at: number, end: number): void {
    const little = this.#little
    let [name, resolution, offset] = ['', 6, 0]
    eachOption(view, at + 8, end, little, (code, from, length) => {
      if (code === IF_NAME) name = optionText(bytes, from, length)
      else if (code === IF_TSRESOL && length === 1) resolution = bytes[from]
      else if (code === IF_TSOFFSET && length === 8) offset = Number(view.getBigInt64(from, little))
    })
    const described = { name, linkType: view.getUint16(at, little), snapLength: view.getUint32(at + 4, little) }
    const key = `${this.#section.length} ${described.linkType} ${described.snapLength} ${name}`
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#known.push(described) - 1
      this.#ids.set(key, id)
    }
    this.#section.push({ ...described, id, clock: clockOf(resolution, offset) })
    if (this.#known.length > MOST_INTERFACES) this.error = `more than ${MOST_INTERFACES} interfaces`
  }

  #statistics(view: DataView, at: number, end: number): void {
    const little = this.#little
    const where = this.#section[view.getUint32(at, little)]
    if (where === undefined) return
    const counters: CaptureStatistics = {}
    eachOption(view, at + 12, end, little, (code, from, length) => {
      const name = COUNTERS[code]
      if (name) counters[name] = counter(view, from, length, little)
    })
    this.#sink.statistics?.(where.id, counters, where.clock(view.getUint32(at + 4, little), view.getUint32(at + 8, little)))
  }
}
