import type { CaptureInterface } from '#engines/pcap/sink.ts'
import { micros } from '#engines/time.ts'
import type { KernelCounters, LiveCapture, LiveOptions, LiveSink, OpenLive } from '../port.ts'
import { type Binding, type Device, linkTypeNumber, loadBinding, type Session } from './binding.ts'
import { wholeFilter } from './filter.ts'
import { refusal } from './refusal.ts'

/** The kernel hands over a block of packets when it is full or this old (ms). 0 would wake us for each packet, at nine times the cost. */
const BLOCK_AGE = 50
/** We look for blocks this often (ms): a full 64 MB buffer in one pause would be 3 GB a second. */
const PAUSE = 20
const PACKETS_A_TURN = 1024

/**
 * Captures with libpcap, in this thread. `dispatch` returns only when the kernel's buffer is empty, so under steady
 * load perhaps never: it is called from a timer instead of libuv's poll (which could not be taken back before the
 * handle is closed), in a thread that has nothing else to do, and `turn` is called from among the packets.
 *
 * A loopback device shows each packet twice, going out and coming in; so does `any`, for its loopback part. libpcap
 * hands over the second alone (by the packet type and the interface's index), though both take room in the buffer and
 * count in its counters. `inbound` in the filter would keep the first out of the buffer, but loses all packets of the
 * first block: that one libpcap filters itself, where the packet type is not to be had.
 */
export const openLive: OpenLive = (options, sink) => {
  const binding = loadBinding()
  const devices = binding.findalldevs()
  const taps: Tap[] = []
  try {
    for (const name of options.interfaces) taps.push(new Tap(binding, devices, name, taps.length, options, sink))
  } catch (error) {
    for (const tap of taps) tap.close()
    throw error
  }
  const timer = setInterval(() => {
    for (const tap of taps) tap.poll()
    sink.turn()
  }, PAUSE)
  return {
    interfaces: taps.map(({ description }) => description),
    counters: (interfaceId) => taps[interfaceId].counters(),
    close() {
      clearInterval(timer)
      for (const tap of taps) tap.close()
    },
  } satisfies LiveCapture
}

/** One interface. */
class Tap {
  readonly description: CaptureInterface
  #id: number
  #sink: LiveSink
  #session: Session
  #packet: Buffer
  #header = Buffer.from(new ArrayBuffer(16))
  #open = true
  #dispatching = false
  #sums: KernelCounters = { received: 0, dropped: 0, droppedByInterface: 0 }
  #last = { ps_recv: 0, ps_drop: 0, ps_ifdrop: 0 }

  constructor(binding: Binding, devices: Device[], name: string, id: number, options: LiveOptions, sink: LiveSink) {
    this.#id = id
    this.#sink = sink
    this.#packet = Buffer.alloc(options.snapLength)
    this.#session = new binding.PcapSession()
    const filter = wholeFilter(options.filter, options.exclude)
    try {
      const ready = this.#receiver()
      const { bufferBytes, snapLength } = options
      // The warning is that the interface has no IPv4 address, which matters to nobody here.
      const linkType = this.#session.open_live(name, filter, bufferBytes, snapLength, '', ready, false, BLOCK_AGE, () => {}, name !== 'any')
      this.description = { name, linkType: linkTypeNumber(linkType), snapLength }
    } catch (error) {
      throw refusal((error as Error).message, name, options.filter, devices)
    }
  }

  poll(): void {
    if (!this.#open) return
    this.#dispatching = true
    const result = this.#session.dispatch(this.#packet, this.#header)
    this.#dispatching = false
    if (result >= 0 || !this.#open) return
    this.#open = false
    this.#sink.failed(this.#id, `the capture on ${this.description.name} has ended: the interface is down or gone`)
  }

  /** libpcap counts in 32 bits. */
  counters(): KernelCounters {
    if (!this.#open) return this.#sums
    const now = this.#session.stats()
    this.#sums.received += (now.ps_recv - this.#last.ps_recv) >>> 0
    this.#sums.dropped += (now.ps_drop - this.#last.ps_drop) >>> 0
    this.#sums.droppedByInterface += (now.ps_ifdrop - this.#last.ps_ifdrop) >>> 0
    this.#last = now
    return this.#sums
  }

  /** libpcap lets go of the handle with the next packet, or with the process. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#session.close()
    if (!this.#dispatching) this.#session.dispatch(this.#packet, this.#header)
  }

  #receiver(): () => void {
    const header = new Uint32Array(this.#header.buffer)
    const packet = this.#packet
    const sink = this.#sink
    const id = this.#id
    let left = PACKETS_A_TURN
    return () => {
      if (!this.#open) return
      const end = Math.min(header[2], packet.length)
      sink.packet(packet, 0, end, header[3], micros(header[0] * 1e6 + header[1]), this.description.linkType, id)
      if (--left > 0) return
      left = PACKETS_A_TURN
      sink.turn()
    }
  }
}
