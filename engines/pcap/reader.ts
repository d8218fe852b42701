import { type Format, PCAP_MICROS, PCAP_NANOS, PCAP_PATCHED, SECTION_HEADER } from './format.ts'
import { PcapFormat } from './pcap.ts'
import { PcapngFormat } from './pcapng.ts'
import type { CaptureInterface, CaptureProblem, CaptureProblemCode, CaptureSink } from './sink.ts'

/**
 * Reads a capture, pcap or pcapng, in pieces of any size. Never throws: what is wrong is told by `problem`, after
 * everything before it was delivered. A packet that lies across two pieces is the only one copied.
 */
export class CaptureReader {
  /** Interfaces by the `interfaceId` of packets. The same interface of several sections has one id. */
  readonly interfaces: CaptureInterface[] = []
  /** Set when reading ended before the capture's proper end; nothing is read after it. */
  problem: CaptureProblem | undefined
  #sink: CaptureSink
  #format: Format | undefined
  /** Bytes received so far, and the beginning of a record whose rest has not come yet. */
  #received = 0
  #held = new Uint8Array(4096)
  #length = 0

  constructor(sink: CaptureSink) {
    this.#sink = sink
  }

  /** Reads on. `chunk` may be used again after the call. */
  receive(chunk: Uint8Array): void {
    if (this.problem) return
    let at = 0
    while (this.#length > 0 && at < chunk.length) {
      at += this.#hold(chunk, at, this.#need)
      if (this.#length < this.#need) break
      if (this.#read(this.#held, 0, this.#length, at) > 0) this.#length = 0
      if (this.problem) return
    }
    if (this.#length === 0) {
      at = this.#read(chunk, at, chunk.length, 0)
      if (this.problem) return
      this.#hold(chunk, at, chunk.length - at)
    }
    this.#received += chunk.length
  }

  /** The capture ended here. */
  end(): void {
    if (this.problem) return
    const offset = this.#received
    if (!this.#format) this.#fail('not-a-capture', offset, offset === 0 ? 'it is empty' : 'it does not begin as pcap or pcapng do')
    else if (this.#length > 0)
      this.#fail(
        'cut',
        offset,
        `the capture ends at byte ${offset} in the middle of ${this.#format.unit}, which began at byte ${offset - this.#length}`,
      )
  }

  get #need(): number {
    return this.#format?.need ?? 4
  }

  /** Reads whole records. `ahead` is how far into the chunk `end` lies when `bytes` are held ones. */
  #read(bytes: Uint8Array, start: number, end: number, ahead: number): number {
    if (end - start < 4 && !this.#format) return start
    this.#format ??= this.#recognise(bytes, start)
    if (!this.#format) return start
    const at = this.#format.read(bytes, start, end)
    if (this.#format.error !== undefined) {
      const offset = this.#received + (bytes === this.#held ? ahead - end : 0) + at
      const code = this.#format.error.startsWith('version') ? 'unsupported' : 'corrupt'
      this.#fail(code, offset, `at byte ${offset}: ${this.#format.error}`)
    }
    return at
  }

  #recognise(bytes: Uint8Array, at: number): Format | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset + at, 4)
    if (view.getUint32(0) === SECTION_HEADER) return new PcapngFormat(this.#sink, this.interfaces)
    for (const little of [true, false]) {
      const magic = view.getUint32(0, little)
      if (magic === PCAP_MICROS || magic === PCAP_NANOS || magic === PCAP_PATCHED)
        return new PcapFormat(this.#sink, this.interfaces, magic, little)
    }
    this.#fail('not-a-capture', 0, 'it does not begin as pcap or pcapng do')
    return undefined
  }

  /** Keeps `wanted` bytes in all, as far as the chunk has them; returns how many it took. */
  #hold(chunk: Uint8Array, at: number, wanted: number): number {
    const take = Math.min(wanted - this.#length, chunk.length - at)
    if (this.#length + take > this.#held.length) {
      const grown = new Uint8Array(Math.max(wanted, 2 * this.#held.length))
      grown.set(this.#held.subarray(0, this.#length))
      this.#held = grown
    }
    this.#held.set(chunk.subarray(at, at + take), this.#length)
    this.#length += take
    return take
  }

  #fail(code: CaptureProblemCode, offset: number, message: string): void {
    this.problem = { code, offset, message }
  }
}
