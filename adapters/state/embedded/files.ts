import { type FileHandle, open, readdir, rename, rm, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The files of a state: `N.snapshot` holds all that was there when `N.journal` began, and the journals from N on what changed since.
 * What is numbered below the newest snapshot is not needed any more.
 */
export interface StateFiles {
  snapshot: number | undefined
  /** Journals to be played after the snapshot, in order. */
  journals: number[]
}

export const pathOf = (directory: string, number: number, kind: 'snapshot' | 'journal'): string =>
  join(directory, `${String(number).padStart(8, '0')}.${kind}`)

export async function listFiles(directory: string): Promise<StateFiles> {
  const names = await readdir(directory)
  const numbers = (kind: string) =>
    names
      .map((name) => Number(new RegExp(`^(\\d{8})\\.${kind}$`).exec(name)?.[1]))
      .filter((number) => number > 0)
      .sort((a, b) => a - b)
  const snapshot = numbers('snapshot').at(-1)
  return { snapshot, journals: numbers('journal').filter((number) => number >= (snapshot ?? 0)) }
}

/** Removes snapshots, journals and left-overs that a newer snapshot replaces. */
export async function removeOlder(directory: string, snapshot: number): Promise<void> {
  for (const name of await readdir(directory)) {
    const [, number] = /^(\d{8})\.(?:snapshot|journal|snapshot\.part)$/.exec(name) ?? []
    if (number !== undefined && (Number(number) < snapshot || name.endsWith('.part'))) await unlink(join(directory, name))
  }
}

/** Writes a file whole or not at all: it has its name only once its bytes and the name are on the disk. */
export async function writeWhole(directory: string, path: string, chunks: Iterable<Uint8Array>): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'w')
  try {
    for (const chunk of chunks) await writeFully(file, chunk, null)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
  await syncDirectory(directory)
}

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A write may take only a part, as at the end of a full disk: the rest then says why. */
export async function writeFully(file: FileHandle, bytes: Uint8Array, position: number | null): Promise<void> {
  let done = 0
  while (done < bytes.length) {
    const at = position === null ? null : position + done
    done += (await file.write(bytes, done, bytes.length - done, at)).bytesWritten
  }
}

const PROBE = Buffer.alloc(64 << 10)

/** Whether the directory takes more. Throws what the operating system says when not. */
export async function tryWriting(directory: string): Promise<void> {
  const path = join(directory, 'probe.part')
  try {
    await writeFile(path, PROBE)
  } finally {
    await rm(path, { force: true })
  }
}
