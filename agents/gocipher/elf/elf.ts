import { fstatSync, readSync } from 'node:fs'

/** What a file is found not to be. */
export class NotElf extends Error {
  override name = 'NotElf'
}

interface Section {
  name: string
  type: number
  offset: number
  size: number
  link: number
  address: number
}

interface Segment {
  type: number
  flags: number
  offset: number
  address: number
  fileSize: number
}

const SYMTAB = 2
const DYNAMIC = 6
const NOTE = 7
const DYNSYM = 11
const NEEDED = 1n
const LOAD = 1
const EXECUTABLE = 1
const SYMBOL = 24
/** Nothing that is read here is larger: what says so is damaged. */
const LARGEST = 256 << 20
const MOST_ENTRIES = 65_535

/** A 64-bit little-endian ELF file, read as far as it is asked (ELF-64 Object File Format, 1.5). */
export class Elf {
  readonly machine: number
  readonly sections: readonly Section[]
  readonly #fd: number
  readonly #size: number
  readonly #segments: readonly Segment[]

  /** @param fd of an open file, which stays the caller's. Throws `NotElf`. */
  constructor(fd: number) {
    this.#fd = fd
    this.#size = fstatSync(fd).size
    const header = this.#read(0, 64)
    if (header.readUInt32BE(0) !== 0x7f454c46) throw new NotElf('it is no ELF file')
    if (header[4] !== 2 || header[5] !== 1) throw new NotElf('it is not a 64-bit little-endian ELF file')
    this.machine = header.readUInt16LE(18)
    this.#segments = this.#readSegments(Number(header.readBigUInt64LE(32)), header.readUInt16LE(54), header.readUInt16LE(56))
    this.sections = this.#readSections(
      Number(header.readBigUInt64LE(40)),
      header.readUInt16LE(58),
      header.readUInt16LE(60),
      header.readUInt16LE(62),
    )
  }

  /** The GNU build id, in hex. */
  get buildId(): string | undefined {
    for (const { type, offset, size } of this.sections) {
      if (type !== NOTE) continue
      const note = this.#read(offset, Math.min(size, 4096))
      if (note.length < 16 || note.readUInt32LE(8) !== 3 || note.toString('latin1', 12, 15) !== 'GNU') continue
      return note.toString('hex', 16, 16 + note.readUInt32LE(4))
    }
    return undefined
  }

  /** The libraries it asks for, by their names. */
  get needed(): string[] {
    const table = this.sections.find(({ type }) => type === DYNAMIC)
    const link = table && this.sections[table.link]
    if (!link) return []
    const strings = this.#read(link.offset, link.size)
    const entries = this.#read(table.offset, table.size)
    const names: string[] = []
    for (let at = 0; at + 16 <= entries.length; at += 16)
      if (entries.readBigUInt64LE(at) === NEEDED) names.push(text(strings, Number(entries.readBigUInt64LE(at + 8))))
    return names
  }

  section(name: string): Buffer | undefined {
    const section = this.sections.find((each) => each.name === name)
    return section && this.#read(section.offset, section.size)
  }

  address(name: string): number | undefined {
    return this.sections.find((each) => each.name === name)?.address
  }

  /** What lies there in the file, as far as it reaches. */
  code(offset: number, size: number): Uint8Array {
    return this.#read(offset, size)
  }

  /** Offsets in the file of the functions with these names, as far as there are. */
  functions(names: readonly string[]): Map<string, number> {
    const found = new Map<string, number>()
    for (const wanted of [DYNSYM, SYMTAB]) {
      for (const table of this.sections) if (table.type === wanted && found.size < names.length) this.#search(table, names, found)
    }
    return found
  }

  /** Where in the file the code at this address lies. */
  offsetOf(address: number): number | undefined {
    const segment = this.#segments.find(
      ({ type, flags, address: start, fileSize }) => type === LOAD && flags & EXECUTABLE && address >= start && address < start + fileSize,
    )
    return segment && address - segment.address + segment.offset
  }

  #search(table: Section, names: readonly string[], found: Map<string, number>): void {
    const link = this.sections[table.link]
    if (!link) return
    const strings = this.#read(link.offset, link.size)
    const symbols = this.#read(table.offset, table.size)
    // A name is looked for in the strings once, not each symbol's name among those wanted: there may be half a million.
    const places = new Map(names.flatMap((name) => placesOf(strings, name).map((place) => [place, name] as const)))
    if (places.size === 0) return
    for (let at = 0; at + SYMBOL <= symbols.length; at += SYMBOL) {
      const name = places.get(symbols.readUInt32LE(at))
      if (name === undefined || symbols.readUInt16LE(at + 6) === 0) continue
      const offset = this.offsetOf(Number(symbols.readBigUInt64LE(at + 8)))
      if (offset !== undefined) found.set(name, offset)
    }
  }

  #readSegments(offset: number, size: number, count: number): Segment[] {
    if (size < 56) return []
    const bytes = this.#read(offset, size * Math.min(count, MOST_ENTRIES))
    return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => {
      const at = index * size
      return {
        type: bytes.readUInt32LE(at),
        flags: bytes.readUInt32LE(at + 4),
        offset: Number(bytes.readBigUInt64LE(at + 8)),
        address: Number(bytes.readBigUInt64LE(at + 16)),
        fileSize: Number(bytes.readBigUInt64LE(at + 32)),
      }
    })
  }

  #readSections(offset: number, size: number, count: number, names: number): Section[] {
    if (size < 64 || offset === 0) return []
    const bytes = this.#read(offset, size * Math.min(count, MOST_ENTRIES))
    const sections = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => {
      const at = index * size
      return {
        name: bytes.readUInt32LE(at),
        type: bytes.readUInt32LE(at + 4),
        address: Number(bytes.readBigUInt64LE(at + 16)),
        offset: Number(bytes.readBigUInt64LE(at + 24)),
        size: Number(bytes.readBigUInt64LE(at + 32)),
        link: bytes.readUInt32LE(at + 40),
      }
    })
    const strings = sections[names] ? this.#read(sections[names].offset, sections[names].size) : Buffer.alloc(0)
    return sections.map((section) => ({ ...section, name: text(strings, section.name) }))
  }

  /** What is there of these bytes. */
  #read(offset: number, size: number): Buffer {
    if (!(offset >= 0 && size >= 0 && size <= LARGEST && offset <= Number.MAX_SAFE_INTEGER)) throw new NotElf('its tables are damaged')
    const there = Math.max(0, Math.min(size, this.#size - offset))
    const bytes = Buffer.alloc(there)
    let read = 0
    while (read < there) {
      const now = readSync(this.#fd, bytes, read, there - read, offset + read)
      if (now === 0) break
      read += now
    }
    if (offset === 0 && read < size) throw new NotElf('it is too short for an ELF file')
    return bytes.subarray(0, read)
  }
}

const text = (strings: Buffer, at: number): string => {
  const end = strings.indexOf(0, at)
  return strings.toString('latin1', at, end < 0 ? strings.length : end)
}

/** Where in a string table this name may be referred to: alone, or as the end of a longer one. */
function placesOf(strings: Buffer, name: string): number[] {
  const places: number[] = []
  const wanted = Buffer.from(`${name}\0`, 'latin1')
  for (let at = strings.indexOf(wanted); at >= 0; at = strings.indexOf(wanted, at + 1)) places.push(at)
  return places
}
