import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type BlobKind, type Blobs, BlobsUnavailable } from '../port.ts'
import { checkFormat } from './format.ts'
import { OpenFiles } from './open-files.ts'
import { type Place, parseReference, toReference } from './reference.ts'
import { HEAD, headOf, Segment } from './segment.ts'

export interface BlobsOptions {
  directory: string
  /** `os`: kept when the operating system has it; a power cut may cost the last seconds before it (a reference then leads to nothing, or reading says it is damaged). `disk`: a sync per batch of writes. */
  sync?: 'os' | 'disk'
  /** A segment that is larger gets no more blobs. */
  segmentBytes?: number
  /** Files kept open, for writing and for reading each. */
  maxOpenFiles?: number
}

export const HOUR = 3_600_000
const KINDS: readonly BlobKind[] = ['packets', 'bodies', 'claims']
const MAX_BLOB = 1 << 30
const PROBE = Buffer.alloc(64 << 10)

/** Opens blobs packed into segment files, a row of segments per kind and hour. Throws `UnusableDirectory`. */
export async function openBlobs(options: BlobsOptions): Promise<Blobs> {
  const { directory, sync = 'os', segmentBytes = 256 << 20, maxOpenFiles = 32 } = options
  await checkFormat(directory)
  for (const kind of KINDS) await mkdir(join(directory, kind), { recursive: true })
  const writers = new OpenFiles('r+', maxOpenFiles)
  const readers = new OpenFiles('r', maxOpenFiles)
  /** The segment that grows, per kind and hour. After a restart there is none: writing goes on in new ones. */
  const growing = new Map<string, Promise<Segment>>()
  const pathOf = ({ kind, hour, segment }: Pick<Place, 'kind' | 'hour' | 'segment'>) => join(directory, kind, `${hour}.${segment}`)

  async function begin(kind: BlobKind, hour: number): Promise<Segment> {
    const segment = randomBytes(8).toString('hex')
    const path = pathOf({ kind, hour, segment })
    await (await open(path, 'wx')).close()
    return new Segment(path, segment, { lend: (work) => writers.use(path, work), sync: sync === 'disk' })
  }

  async function segmentFor(kind: BlobKind, hour: number): Promise<Segment> {
    const key = `${kind}/${hour}`
    const begun = growing.get(key)
    if (begun) {
      const segment = await begun
      if (segment.size < segmentBytes) return segment
      if (growing.get(key) !== begun) return segmentFor(kind, hour)
      void segment.settled().then(() => writers.forget(segment.path))
    }
    const next = begin(kind, hour)
    growing.set(key, next)
    next.catch(() => growing.get(key) === next && growing.delete(key))
    return next
  }

  return {
    async put(kind, at, bytes) {
      if (bytes.length > MAX_BLOB) throw new RangeError(`a blob of ${bytes.length} bytes is too large: at most ${MAX_BLOB}`)
      const hour = Math.min(Math.max(Math.floor(at / HOUR) || 0, 0), 999_999_999)
      const head = headOf(bytes)
      try {
        const segment = await segmentFor(kind, hour)
        const offset = await segment.put(head, bytes)
        return toReference({ kind, hour, segment: segment.name, offset, length: bytes.length, crc: head.readUInt32LE(4) })
      } catch (error) {
        throw unavailable(directory, error as Error)
      }
    },

    async get(reference, range) {
      const place = parseReference(reference)
      if (!place) return undefined
      try {
        return await readers.use(pathOf(place), (handle) => read(handle, place, range))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw unavailable(directory, error as Error)
      }
    },

    async expire(kind, before) {
      let freed = 0
      for (const name of await readdir(join(directory, kind))) {
        const hour = /^(\d{1,9})\.[0-9a-f]{16}$/.exec(name)?.[1]
        if (hour === undefined || (Number(hour) + 1) * HOUR > before) continue
        const begun = growing.get(`${kind}/${hour}`)
        growing.delete(`${kind}/${hour}`)
        await begun?.then((segment) => segment.settled())
        const path = join(directory, kind, name)
        freed += (await stat(path)).size
        await unlink(path)
        await Promise.all([writers.forget(path), readers.forget(path)])
      }
      return freed
    },

    async health() {
      const path = join(directory, `probe.${randomBytes(8).toString('hex')}`)
      try {
        await writeFile(path, PROBE)
      } catch (error) {
        throw unavailable(directory, error as Error)
      } finally {
        await rm(path, { force: true })
      }
    },

    async close() {
      await Promise.all([...growing.values()].map(async (begun) => (await begun).settled()))
      await Promise.all([writers.close(), readers.close()])
    },
  }
}

/** Undefined when other bytes, or none, lie at the place. */
async function read(handle: FileHandle, place: Place, range = { offset: 0, length: place.length }): Promise<Uint8Array | undefined> {
  const from = Math.min(Math.max(range.offset, 0), place.length)
  const to = Math.min(from + Math.max(range.length, 0), place.length)
  const whole = from === 0 && to === place.length
  const bytes = await readAt(handle, place.offset, HEAD + (whole ? to : 0))
  if (bytes?.readUInt32LE(0) !== place.length || bytes.readUInt32LE(4) !== place.crc) return undefined
  if (!whole) {
    const part = await readAt(handle, place.offset + HEAD + from, to - from)
    return part && plain(part)
  }
  const blob = plain(bytes.subarray(HEAD))
  if (crc32(blob) !== place.crc) throw new Error(`blob ${toReference(place)} is damaged`)
  return blob
}

/** Undefined when the file ends before. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled)
    if (bytesRead === 0) return undefined
    filled += bytesRead
  }
  return bytes
}

const plain = (bytes: Buffer): Uint8Array => new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)

function unavailable(directory: string, error: Error): Error {
  const full = ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')
  return new BlobsUnavailable(
    full
      ? `no space left for the blobs in ${directory}: free some, nothing is kept until then`
      : `the blobs in ${directory}: ${error.message}`,
  )
}
