import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Parcel } from './parcel.ts'
import { encodeRecord, HEADER, readRecords } from './record.ts'

/** A file of the spool is removed when all in it was sent. */
const SEGMENT = 16 * 2 ** 20

interface Segment {
  path: string
  /** Bytes in it, and records that are not sent yet. */
  bytes: number
  waiting: number
}

/** Where a section lies. */
export interface Place {
  segment: Segment
  offset: number
  bytes: number
}

/** The sections of one start of one agent that wait on disk, in files of a folder of its own. */
export class Spool {
  /** Bytes on disk. */
  bytes = 0
  #folder: string
  #current: Segment | undefined
  #file: number | undefined
  #number = 0

  /** @param folder made when something is written. */
  constructor(folder: string) {
    this.#folder = folder
  }

  /** Writes a section behind the others. Throws what the file system throws (a full disk). */
  write(parcel: Parcel, section: Uint8Array): Place {
    const segment = this.#segment()
    const record = encodeRecord(parcel, section)
    const offset = segment.bytes + HEADER
    try {
      for (let at = 0; at < record.length; ) at += writeSync(this.#file as number, record, at, record.length - at, segment.bytes + at)
    } catch (error) {
      this.#finish()
      throw error
    }
    segment.bytes += record.length
    segment.waiting++
    this.bytes += record.length
    if (segment.bytes >= SEGMENT) this.#finish()
    return { segment, offset, bytes: section.length }
  }

  async read({ segment, offset, bytes }: Place): Promise<Uint8Array> {
    const section = new Uint8Array(bytes)
    const file = await open(segment.path, 'r')
    try {
      await file.read(section, 0, bytes, offset)
    } finally {
      await file.close()
    }
    return section
  }

  /** The section was sent, or given up. */
  done({ segment }: Place): void {
    segment.waiting--
    if (segment.waiting > 0) return
    if (segment === this.#current) this.#finish()
    this.#remove(segment)
  }

  /** What an earlier start left, in its order. A record cut by its end is left out. */
  load(): { parcel: Parcel; place: Place }[] {
    const found: { parcel: Parcel; place: Place }[] = []
    const files = existsSync(this.#folder) ? readdirSync(this.#folder).filter((name) => name.endsWith('.spool')) : []
    for (const name of files.sort()) {
      this.#number = Math.max(this.#number, Number.parseInt(name, 10))
      const segment: Segment = { path: join(this.#folder, name), bytes: 0, waiting: 0 }
      for (const { parcel, offset } of readRecords(segment.path)) {
        found.push({ parcel, place: { segment, offset, bytes: parcel.bytes } })
        segment.waiting++
        segment.bytes = offset + parcel.bytes
      }
      this.bytes += segment.bytes
      if (segment.waiting === 0) this.#remove(segment)
    }
    return found
  }

  /** Leaves nothing behind when all was sent. */
  close(): void {
    this.#finish()
    if (existsSync(this.#folder) && readdirSync(this.#folder).every((name) => !name.endsWith('.spool')))
      rmSync(this.#folder, { recursive: true })
  }

  #segment(): Segment {
    if (this.#current) return this.#current
    mkdirSync(this.#folder, { recursive: true })
    this.#number++
    const path = join(this.#folder, `${String(this.#number).padStart(8, '0')}.spool`)
    this.#file = openSync(path, 'w')
    this.#current = { path, bytes: 0, waiting: 0 }
    return this.#current
  }

  #finish(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    if (this.#current?.waiting === 0) this.#remove(this.#current)
    this.#file = undefined
    this.#current = undefined
  }

  #remove(segment: Segment): void {
    this.bytes -= segment.bytes
    segment.bytes = 0
    rmSync(segment.path, { force: true })
  }
}
