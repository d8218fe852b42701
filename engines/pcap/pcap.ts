import { micros } from '../time.ts'
import { type Format, LARGEST, LARGEST_PACKET, PCAP_NANOS, PCAP_PATCHED } from './format.ts'
import type { CaptureInterface, CaptureSink } from './sink.ts'

const FILE_HEADER = 24

/** The classic format: a file header, then records (draft-ietf-opsawg-pcap). */
export class PcapFormat implements Format {
  need = FILE_HEADER
  error: string | undefined
  unit = 'the file header'
  #sink: CaptureSink
  #interfaces: CaptureInterface[]
  #little: boolean
  #nanos: boolean
  #header: number
  #linkType = -1
  #largest = LARGEST_PACKET

  constructor(sink: CaptureSink, interfaces: CaptureInterface[], magic: number, little: boolean) {
    this.#sink = sink
    this.#interfaces = interfaces
    this.#little = little
    this.#nanos = magic === PCAP_NANOS
    this.#header = magic === PCAP_PATCHED ? 24 : 16
  }

  read(bytes: Uint8Array, start: number, end: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let at = start
    if (this.#linkType < 0) {
      if (end - at < FILE_HEADER) return at
      if (!this.#fileHeader(view, at)) return at
      at += FILE_HEADER
    }
    return this.#records(bytes, view, at, end)
  }

  #fileHeader(view: DataView, at: number): boolean {
    const major = view.getUint16(at + 4, this.#little)
    if (major !== 2) {
      this.error = `version ${major} of the pcap format is not known, only 2`
      return false
    }
    // The upper bits tell of a frame check sequence, which decoders find by themselves.
    this.#linkType = view.getUint32(at + 20, this.#little) & 0xffff
    const snapLength = view.getUint32(at + 16, this.#little)
    this.#largest = Math.min(Math.max(snapLength, LARGEST_PACKET), LARGEST)
    this.#interfaces.push({ name: '', linkType: this.#linkType, snapLength })
    this.unit = 'a packet'
    return true
  }

  #records(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const little = this.#little
    const nanos = this.#nanos
    const header = this.#header
    const linkType = this.#linkType
    const largest = this.#largest
    const sink = this.#sink
    let at = start
    while (end - at >= header) {
      const captured = view.getUint32(at + 8, little)
      if (captured > largest) {
        this.error = `a packet of ${captured} bytes, more than any link carries`
        return at
      }
      const next = at + header + captured
      if (next > end) {
        this.need = header + captured
        return at
      }
      const fraction = view.getUint32(at + 4, little)
      const time = view.getUint32(at, little) * 1e6 + (nanos ? Math.floor(fraction / 1000) : fraction)
      const original = view.getUint32(at + 12, little)
      sink.packet(bytes, at + header, next, Math.max(original, captured), micros(time), linkType, 0)
      at = next
    }
    this.need = header
    return at
  }
}
