import { u32be } from '../bytes/numbers.ts'
import { type HeaderList, HpackDecoder } from '../hpack/decoder.ts'
import type { SavedTable } from '../hpack/table.ts'
import { Carry } from '../http/carry.ts'
import type { Micros } from '../time.ts'
import { END_HEADERS, END_STREAM, type Frame, HEAD, HEADERS, PADDED, WITH_PRIORITY } from './frames.ts'
import { LARGEST_BLOCK } from './limits.ts'

/** A header block (RFC 9113, 4.3). */
export interface Block {
  stream: number
  /** Of PUSH_PROMISE: the stream it begins; 0 for HEADERS. */
  promised: number
  ends: boolean
  offset: number
  first: Micros
  wireBytes: number
  tooLarge: boolean
  /** What it says; undefined while END_HEADERS has not come. */
  list: HeaderList | undefined
}

export interface SavedBlocks {
  table: SavedTable
  block: Block | undefined
  carried: Uint8Array
}

/** The header blocks of one side, one after another, and the table that they share. */
export class Blocks {
  private table = new HpackDecoder()
  private block: Block | undefined = undefined
  private readonly bytes = new Carry()

  /** Nothing came before: the table is empty, not unknown. */
  begin(): void {
    this.table = new HpackDecoder()
  }

  /** A block was lost, or may have been. Answers the one that was being read. */
  lose(): Block | undefined {
    const { block } = this
    this.block = undefined
    this.table.forget()
    return block
  }

  /** What comes is no CONTINUATION, and must be (section 6.10) when a block is being read: answers that. */
  breakOff(): Block | undefined {
    return this.block === undefined ? undefined : this.lose()
  }

  /** HEADERS or PUSH_PROMISE. Undefined: its padding is longer than itself. */
  start(frame: Frame, bytes: Uint8Array, start: number, end: number, first: Micros): Block | undefined {
    let from = start
    let to = end
    if ((frame.flags & PADDED) !== 0) to -= bytes[from++]
    const block: Block = {
      ...{ stream: frame.stream, promised: 0, ends: (frame.flags & END_STREAM) !== 0, offset: frame.offset, first },
      ...{ wireBytes: HEAD + frame.length, tooLarge: false, list: undefined },
    }
    if (frame.type === HEADERS) from += (frame.flags & WITH_PRIORITY) !== 0 ? 5 : 0
    else {
      block.promised = u32be(bytes, from) & 0x7fffffff
      from += 4
    }
    if (from > to) return undefined
    if ((frame.flags & END_HEADERS) !== 0) block.list = this.table.decode(bytes, from, to)
    else {
      this.block = block
      this.bytes.clear()
      this.bytes.append(bytes, from, to)
    }
    return block
  }

  /** CONTINUATION of the block that is being read. Answers it. */
  goOn(frame: Frame, bytes: Uint8Array, from: number, to: number): Block {
    const block = this.block!
    const carry = this.bytes
    block.wireBytes += HEAD + frame.length
    if (carry.length + to - from > LARGEST_BLOCK) block.tooLarge = true
    else if (!block.tooLarge) carry.append(bytes, from, to)
    if ((frame.flags & END_HEADERS) === 0) return block
    this.block = undefined
    if (block.tooLarge) this.table.forget()
    block.list = block.tooLarge ? { headers: [], findings: ['header-block-too-large'] } : this.table.decode(carry.bytes, 0, carry.length)
    carry.clear()
    return block
  }

  /** Whether this CONTINUATION is of the block that is being read. */
  goesOn({ stream }: Frame): boolean {
    return this.block?.stream === stream
  }

  save(): SavedBlocks {
    const { table, block, bytes } = this
    return { table: table.save(), block: block && { ...block }, carried: bytes.bytes.slice(0, bytes.length) }
  }

  load({ table, block, carried }: SavedBlocks): void {
    this.table.load(table)
    this.block = block && { ...block }
    this.bytes.append(carried, 0, carried.length)
  }
}
