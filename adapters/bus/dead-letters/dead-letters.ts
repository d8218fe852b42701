import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Encoder } from 'cbor-x'
import type { Event } from '#events/define.ts'
import type { DeadLetter, DeadLetters } from '../port.ts'

export interface DeadLetterOptions {
  directory: string
  /** Letters and bytes kept at most; the oldest go first. 1,000 letters and 256 MiB unless told. */
  maxLetters?: number
  maxBytes?: number
  /** ms since 1970. */
  clock?: () => number
  log?: (line: string) => void
}

/** What a file holds, in CBOR. */
interface Kept {
  letter: DeadLetter
  event: Event
}

const cbor = new Encoder({ useRecords: false, tagUint8Array: false, copyBuffers: true })
const FILE = /^([0-9a-z]{9}-[0-9a-f]{8})\.letter$/

/** Opens the dead letters in a directory, one file each. A file that cannot be read is left as it is, and told. */
export async function openDeadLetters(options: DeadLetterOptions): Promise<DeadLetters> {
  const { directory, maxLetters = 1000, maxBytes = 256 << 20, clock = Date.now, log = () => {} } = options
  await mkdir(directory, { recursive: true })
  const pathOf = (id: string) => join(directory, `${id}.letter`)
  /** In order of their ids, which begin with their time. */
  const letters = new Map<string, DeadLetter>()
  let bytes = 0

  const read = async (id: string): Promise<Kept> => cbor.decode(new Uint8Array(await readFile(pathOf(id))))
  const remove = (id: string) => {
    bytes -= letters.get(id)?.event.bytes ?? 0
    return letters.delete(id)
  }

  for (const name of (await readdir(directory)).sort()) {
    const id = FILE.exec(name)?.[1]
    if (id === undefined) continue
    try {
      const { letter } = await read(id)
      letters.set(id, letter)
      bytes += letter.event.bytes
    } catch (error) {
      log(`${pathOf(id)} is no dead letter that can be read: ${(error as Error).message}`)
    }
  }

  async function dropOldest(): Promise<void> {
    for (const id of letters.keys()) {
      if (letters.size <= maxLetters && (bytes <= maxBytes || letters.size === 1)) return
      remove(id)
      await unlink(pathOf(id))
    }
  }

  return {
    async keep(event, func, reason, attempts) {
      const now = clock()
      const id = `${Math.floor(now).toString(36).padStart(9, '0')}-${randomBytes(4).toString('hex')}`
      const size = cbor.encode(event.data).length
      const letter: DeadLetter = {
        id,
        time: new Date(now).toISOString(),
        event: { id: event.id, type: event.type, source: event.source, subject: event.subject, bytes: size },
        function: func,
        reason,
        attempts,
      }
      await writeFile(`${pathOf(id)}.part`, cbor.encode({ letter, event } satisfies Kept))
      await rename(`${pathOf(id)}.part`, pathOf(id))
      letters.set(id, letter)
      bytes += size
      await dropOldest()
    },
    list: async () => [...letters.values()],
    async take(id) {
      if (!letters.has(id)) return undefined
      const { event, letter } = await read(id)
      // Two who take it at once: one gets it.
      if (!remove(id)) return undefined
      await unlink(pathOf(id))
      return { event, function: letter.function }
    },
  }
}
