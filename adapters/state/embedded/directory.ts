import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FORMAT = 'spider-state 3'

/** The directory cannot be used; the message is one line for people: what is wrong and how to put it right. */
export class UnusableDirectory extends Error {
  override name = 'UnusableDirectory'
}

/** Makes the directory if need be, checks its version and takes it for this process. Throws `UnusableDirectory`. Answers how to let it go. */
export async function takeDirectory(directory: string): Promise<() => Promise<void>> {
  try {
    await mkdir(directory, { recursive: true })
    await checkFormat(directory)
    return await lock(directory)
  } catch (error) {
    if (error instanceof UnusableDirectory) throw error
    throw new UnusableDirectory(`the data directory ${directory} cannot be used: ${(error as Error).message}`)
  }
}

async function checkFormat(directory: string): Promise<void> {
  const file = join(directory, 'format')
  const found = await readIfThere(file)
  if (found === undefined) await writeFile(file, `${FORMAT}\n`)
  else if (found.trim() !== FORMAT)
    throw new UnusableDirectory(
      `the data directory ${directory} was written by another version ("${found.trim().slice(0, 40)}", this one reads "${FORMAT}"): choose another, or move it away`,
    )
}

async function lock(directory: string): Promise<() => Promise<void>> {
  const file = join(directory, 'lock')
  const self = await identify(process.pid)
  const whole = `${file}.${process.pid}`
  for (let tries = 0; tries < 3; tries++) {
    try {
      // Linked, not written in place: nobody must read half a lock and take it for a dead one.
      await writeFile(whole, self)
      await link(whole, file)
      return () => unlink(file)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    } finally {
      await unlink(whole)
    }
    const owner = (await readIfThere(file)) ?? ''
    if (await isLiving(owner)) break
    await unlink(file)
  }
  const owner = Number.parseInt((await readIfThere(file)) ?? '', 10)
  throw new UnusableDirectory(`the data directory ${directory} is in use by process ${owner}: stop it first, or choose another`)
}

/** A process by its id and, where /proc tells it, its start: ids are used again, in containers at once. */
async function identify(pid: number): Promise<string> {
  const stat = await readIfThere(`/proc/${pid}/stat`)
  // Fields are counted behind the command's name, which may hold spaces (proc_pid_stat(5): starttime is field 22).
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  const boot = start && (await readIfThere('/proc/sys/kernel/random/boot_id'))?.trim()
  return `${pid} ${start ?? '-'} ${boot ?? '-'}\n`
}

async function isLiving(owner: string): Promise<boolean> {
  const pid = Number.parseInt(owner, 10)
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, and belongs to somebody else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return (await identify(pid)) === owner
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
