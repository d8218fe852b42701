import { copyOf } from '../bytes/copy.ts'
import { type Call, copyOfCall } from '../protocols/call.ts'
import { CLIENT, type MissingReason } from '../tcp/facts.ts'
import type { Micros } from '../time.ts'
import { Assembly, type Manner, newCall, type SavedAssembly } from './assembly.ts'
import {
  CLOSE,
  CONTINUATION,
  errorOf,
  type FrameHead,
  headSize,
  isControl,
  isWholeFrames,
  LONGEST_HEAD,
  readHead,
  unmasked,
  violationsOf,
} from './frame.ts'

/** Losses told of bytes that were passed over. */
const MOST_MISSING = 64

/** One direction between two bytes, as plain data. */
export interface SavedFrames {
  offset: number
  head: Uint8Array
  begun: number
  first: number
  left: number
  fin: boolean
  key: number[]
  index: number
  inControl: boolean
  closed: boolean
  ended: boolean
  data: SavedAssembly | undefined
  control: SavedAssembly | undefined
  passedOver: Call | undefined
  window: Uint8Array | undefined
}

/** Reads the frames of one direction, and puts their messages together. */
export class Frames {
  /** Of the next byte, in the stream. */
  offset = 0
  private readonly manner: Manner
  private readonly emit: (call: Call) => void
  /** The head that has begun, and where it did. */
  private readonly head = new Uint8Array(LONGEST_HEAD)
  private headLength = 0
  private begun = 0
  private first = 0 as Micros
  /** Of the frame being read: payload to come, whether it is its message's last, how it is masked, and payload so far. */
  private left = 0
  private fin = true
  private key: number[] = []
  private index = 0
  /** The frame being read is one of control, which may come between those of a message. */
  private inControl = false
  private data: Assembly | undefined = undefined
  private control: Assembly | undefined = undefined
  /** Out of step: what is passed over until a frame begins for certain. */
  private passedOver: Call | undefined = undefined
  private closed = false
  private ended = false

  constructor(manner: Manner, emit: (call: Call) => void) {
    this.manner = manner
    this.emit = emit
  }

  receive(bytes: Uint8Array, start: number, end: number, at: Micros): void {
    const { side, inflater } = this.manner
    if (this.passedOver !== undefined && isWholeFrames(bytes, start, end, side, inflater !== undefined)) this.backInStep()
    let from = start
    while (from < end) {
      const to = this.step(bytes, from, end, at)
      this.offset += to - from
      from = to
    }
    this.data?.settle(at)
    this.control?.settle(at)
  }

  private step(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    if (this.passedOver !== undefined) return this.passOver(end - from, at, end)
    const { frame } = this
    if (frame === undefined || this.left === 0) return this.readHead(bytes, from, end, at)
    const to = Math.min(end, from + this.left)
    if (this.key.length === 0) frame.add(bytes, from, to)
    else frame.add(unmasked(bytes, from, to, this.key, this.index), 0, to - from)
    frame.part.wireBytes += to - from
    this.index += to - from
    this.left -= to - from
    if (this.left === 0) this.frameEnds(at)
    return to
  }

  /** The message whose frame is being read. */
  private get frame(): Assembly | undefined {
    return this.inControl ? this.control : this.data
  }

  private readHead(bytes: Uint8Array, from: number, end: number, at: Micros): number {
    const { head } = this
    if (this.headLength === 0) {
      this.begun = this.offset
      this.first = at
    }
    let to = from
    while (to < end && (this.headLength < 2 || this.headLength < headSize(head, 0))) head[this.headLength++] = bytes[to++]
    if (this.headLength < 2 || this.headLength < headSize(head, 0)) return to
    this.headLength = 0
    this.begin(readHead(head, 0), at)
    return to
  }

  private begin(frame: FrameHead, at: Micros): void {
    const error = errorOf(frame)
    if (error !== undefined) {
      this.malformed(error, at)
      return
    }
    this.fin = frame.fin
    this.left = frame.length
    this.index = 0
    this.key = frame.masked ? [...this.head.subarray(frame.size - 4, frame.size)] : []
    this.inControl = isControl(frame.opcode)
    const message = this.inControl ? this.beginControl(frame.opcode) : this.beginData(frame)
    message.part.wireBytes += frame.size
    message.part.last = at
    message.note(violationsOf(frame, this.manner.side, this.manner.inflater !== undefined))
    if (this.closed) message.note(['after-close'])
    if (this.left === 0) this.frameEnds(at)
  }

  private beginControl(opcode: number): Assembly {
    this.control = new Assembly(this.manner, opcode, false, this.begun, this.first)
    return this.control
  }

  private beginData({ opcode, reserved }: FrameHead): Assembly {
    if (opcode === CONTINUATION && this.data !== undefined) {
      this.data.fragments++
      return this.data
    }
    const open = this.data
    open?.note(['message-not-ended'])
    this.finishData(false)
    const compressed = this.manner.inflater !== undefined && (reserved & 4) !== 0
    this.data = new Assembly(this.manner, opcode, compressed, this.begun, this.first)
    if (opcode === CONTINUATION) this.data.note(['continuation-of-nothing'])
    return this.data
  }

  private frameEnds(at: Micros): void {
    if (this.inControl) this.finishControl(true, at)
    else if (this.fin) {
      this.data!.part.last = at
      this.finishData(true)
    }
  }

  private finishControl(whole: boolean, at?: Micros): void {
    const { control } = this
    if (control === undefined) return
    this.control = undefined
    this.inControl = false
    if (at !== undefined) control.part.last = at
    if (control.opcode === CLOSE) this.closed = true
    this.emit(control.finish(whole))
  }

  private finishData(whole: boolean): void {
    const { data } = this
    this.data = undefined
    if (data === undefined) return
    const call = data.finish(whole && data.opcode !== CONTINUATION)
    this.emit(call)
  }

  private malformed(code: string, at: Micros): void {
    const direction = this.manner.side === CLIENT ? 'request' : 'response'
    this.finishAll()
    this.manner.inflater?.lose()
    this.passedOver = newCall(this.manner.side, undefined, this.begun, this.first)
    this.passedOver.error = { code, direction, offset: this.begun, at }
  }

  /** What is open cannot be ended any more. */
  private finishAll(): void {
    this.finishControl(false)
    this.finishData(false)
    this.left = 0
    this.headLength = 0
  }

  private passOver(bytes: number, at: Micros, end: number): number {
    const part = (this.passedOver!.request ?? this.passedOver!.response)!
    part.wireBytes += bytes
    part.last = at
    return end
  }

  private backInStep(): void {
    const call = this.passedOver!
    this.passedOver = undefined
    if (call.error === undefined && call.missing.length === 0 && (call.request ?? call.response)!.wireBytes === 0) return
    call.status = call.error === undefined ? 'incomplete' : 'malformed'
    this.emit(call)
  }

  gap(missing: number, at: Micros, reason: MissingReason): void {
    const { offset, frame } = this
    this.offset += missing
    if (this.passedOver !== undefined) {
      this.miss(this.passedOver, offset, missing, reason)
      return
    }
    const within = Math.min(missing, this.left)
    if (frame !== undefined && this.left > 0) {
      frame.lose(offset, within, within, reason)
      this.left -= within
      this.index += within
      if (this.left === 0) this.frameEnds(at)
    }
    if (missing > within) this.loseStep(offset + within, missing - within, at, reason)
  }

  /** Whole frames may be lost, or the head of one. */
  private loseStep(offset: number, missing: number, at: Micros, reason: MissingReason): void {
    const begun = this.headLength > 0 ? this.begun : offset
    const wireBytes = this.headLength
    const first = this.headLength > 0 ? this.first : at
    this.data?.lack(offset, missing, reason)
    this.finishAll()
    this.manner.inflater?.lose()
    this.passedOver = newCall(this.manner.side, undefined, begun, first)
    this.passOver(wireBytes, first, 0)
    this.miss(this.passedOver, offset, missing, reason)
  }

  private miss(call: Call, offset: number, bytes: number, reason: MissingReason): void {
    const direction = this.manner.side === CLIENT ? 'request' : 'response'
    if (call.missing.length < MOST_MISSING) call.missing.push({ direction, offset, bytes, reason })
  }

  /** Where reading begins in the stream. `midway`: not for certain at a frame. */
  start(offset: number, midway: boolean, at: Micros): void {
    this.offset = offset
    if (!midway) return
    this.passedOver = newCall(this.manner.side, undefined, offset, at)
    this.manner.inflater?.lose()
  }

  /** No more bytes come, by FIN or reset (`said`) or because nobody saw on. */
  end(at: Micros, said: boolean): void {
    if (this.ended) return
    this.ended = true
    const inHead = this.headLength > 0 && this.passedOver === undefined
    if (inHead) {
      this.passedOver = newCall(this.manner.side, undefined, this.begun, this.first)
      this.passOver(this.headLength, at, 0)
    }
    for (const open of [this.control, this.data]) {
      if (open === undefined) continue
      if (said) open.note(['closed-before-end'])
      else open.lack(this.offset, open === this.frame ? this.left : 0, 'after capture')
    }
    this.finishAll()
    if (this.passedOver === undefined) return
    if (inHead && said) this.passedOver.findings.push('closed-before-end')
    else if (inHead) this.miss(this.passedOver, this.offset, 0, 'after capture')
    this.backInStep()
  }

  pending(): Call[] {
    const open = [this.data?.pending(), this.control?.pending(), this.passedOver && copyOfCall(this.passedOver)]
    return open.filter((call) => call !== undefined)
  }

  /** Between two messages, in step. */
  get idle(): boolean {
    return this.data === undefined && this.control === undefined && this.passedOver === undefined
  }

  save(): SavedFrames {
    const { offset, begun, first, left, fin, index, inControl, closed, ended } = this
    return {
      ...{ offset, begun, first, left, fin, index, inControl, closed, ended },
      head: copyOf(this.head, 0, this.headLength),
      key: [...this.key],
      data: this.data?.save(),
      control: this.control?.save(),
      passedOver: this.passedOver && copyOfCall(this.passedOver),
      window: this.manner.inflater?.save(),
    }
  }

  load({ head, data, control, passedOver, window, ...plain }: SavedFrames): void {
    Object.assign(this, plain, { key: [...plain.key] })
    this.head.set(head)
    this.headLength = head.length
    this.data = data && Assembly.load(data, this.manner)
    this.control = control && Assembly.load(control, this.manner)
    this.passedOver = passedOver && copyOfCall(passedOver)
    this.manner.inflater?.load(window)
  }
}
