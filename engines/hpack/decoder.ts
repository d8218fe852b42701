import { latin1 } from '../bytes/text.ts'
import { unhuffman } from './huffman.ts'
import { STATIC_ENTRIES, STATIC_TABLE } from './static-table.ts'
import { DynamicTable, ENTRY_OVERHEAD, NOT_KNOWN, type SavedTable } from './table.ts'

/** What a header list may come to, as RFC 9113 section 6.5.2 counts it (SETTINGS_MAX_HEADER_LIST_SIZE). What goes beyond is read, for the table, and left out. */
export const LARGEST_LIST = 64 * 1024
/** Prefixed integers beyond this are of no use here (section 5.1 lets a decoder have a limit). */
const LARGEST_INTEGER = 2 ** 28

/** A header list: name, value, name, value …. */
export interface HeaderList {
  headers: string[]
  /** Codes of what is wrong with it, or not known. */
  findings: string[]
}

/** Decodes the header blocks of one direction of a connection, in their order (RFC 7541). Its state is the dynamic table. */
export class HpackDecoder {
  private readonly table = new DynamicTable()
  private bytes: Uint8Array = NOTHING
  private at = 0
  private end = 0
  private size = 0

  /** Reads one whole header block. What could be read before an error is given; after it the table is not known. */
  decode(bytes: Uint8Array, from: number, end: number): HeaderList {
    const list: HeaderList = { headers: [], findings: [] }
    this.bytes = bytes
    this.at = from
    this.end = end
    this.size = 0
    while (this.at < this.end) {
      const error = this.read(list)
      if (error === undefined) continue
      note(list, error)
      this.table.forget()
      break
    }
    this.bytes = NOTHING
    return list
  }

  /** Header blocks were lost. */
  forget(): void {
    this.table.forget()
  }

  /** One representation (section 6). Answers the code of what is wrong. */
  private read(list: HeaderList): string | undefined {
    const first = this.bytes[this.at]
    if (first >= 0x80) return this.indexed(list)
    if (first >= 0x40) return this.literal(list, 6, true)
    if (first < 0x20) return this.literal(list, 4, false)
    const most = this.integer(5)
    if (most < 0) return BAD_INTEGER
    this.table.resize(most)
    return undefined
  }

  private indexed(list: HeaderList): string | undefined {
    const index = this.integer(7)
    if (index < 0) return BAD_INTEGER
    if (index === 0) return BAD_INDEX
    if (index <= STATIC_ENTRIES) {
      this.add(list, STATIC_TABLE[2 * index - 2], STATIC_TABLE[2 * index - 1])
      return undefined
    }
    const at = this.table.find(index - STATIC_ENTRIES - 1)
    if (at === -2) return BAD_INDEX
    this.add(list, this.table.name(at), this.table.value(at))
    return undefined
  }

  private literal(list: HeaderList, prefix: number, insert: boolean): string | undefined {
    const index = this.integer(prefix)
    if (index < 0) return BAD_INTEGER
    let name: string | undefined
    if (index === 0) name = this.string()
    else if (index <= STATIC_ENTRIES) name = STATIC_TABLE[2 * index - 2]
    else {
      const at = this.table.find(index - STATIC_ENTRIES - 1)
      if (at === -2) return BAD_INDEX
      name = this.table.name(at)
    }
    const value = name === undefined ? undefined : this.string()
    if (name === undefined || value === undefined) return 'hpack-bad-string'
    this.add(list, name, value)
    if (insert) this.table.insert(name, value)
    return undefined
  }

  private add(list: HeaderList, name: string, value: string): void {
    if (name === NOT_KNOWN) note(list, 'header-not-known')
    this.size += name.length + value.length + ENTRY_OVERHEAD
    if (this.size > LARGEST_LIST) note(list, 'too-many-headers')
    else list.headers.push(name, value)
  }

  /** Section 5.1; -1 when it is cut off or too large. */
  private integer(prefix: number): number {
    const { bytes } = this
    const all = (1 << prefix) - 1
    let value = bytes[this.at++] & all
    if (value < all) return value
    let factor = 1
    for (;;) {
      if (this.at >= this.end || factor > LARGEST_INTEGER) return -1
      const byte = bytes[this.at++]
      value += (byte & 0x7f) * factor
      if (value > LARGEST_INTEGER) return -1
      if (byte < 0x80) return value
      factor *= 128
    }
  }

  /** Section 5.2; undefined when it is cut off or not in its code. */
  private string(): string | undefined {
    if (this.at >= this.end) return undefined
    const coded = this.bytes[this.at] >= 0x80
    const length = this.integer(7)
    const from = this.at
    if (length < 0 || length > this.end - from) return undefined
    this.at = from + length
    return coded ? unhuffman(this.bytes, from, this.at) : latin1(this.bytes, from, this.at)
  }

  save(): SavedTable {
    return this.table.save()
  }

  load(saved: SavedTable): void {
    this.table.load(saved)
  }
}

const NOTHING = new Uint8Array(0)
const BAD_INTEGER = 'hpack-bad-integer'
const BAD_INDEX = 'hpack-bad-index'

const note = (list: HeaderList, finding: string): void => {
  if (!list.findings.includes(finding)) list.findings.push(finding)
}
