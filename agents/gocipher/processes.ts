import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'

export interface Process {
  pid: number
  name: string
  executable?: string
  container?: string
  /** Its parent, that one's parent, and so on. */
  ancestors: number[]
  /** Its control groups, as the kernel writes them. */
  cgroups: string
}

/** A file whose code a process has in its memory. */
export interface Mapping {
  /** Tells files apart: device and inode. */
  key: string
  path: string
  /** `start-end`, as /proc names it. */
  range: string
}

const GONE = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM']

/** What /proc says; undefined when the process is gone, or hidden. */
function ask<Answer>(read: () => Answer): Answer | undefined {
  try {
    return read()
  } catch (error) {
    if (GONE.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

export const pids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

export function processOf(pid: number): Process | undefined {
  const thread = ask(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
  if (thread === undefined) return undefined
  const executable = ask(() => readlinkSync(`/proc/${pid}/exe`))
  const cgroups = ask(() => readFileSync(`/proc/${pid}/cgroup`, 'utf8')) ?? ''
  const container = /[0-9a-f]{64}/.exec(cgroups)?.[0]
  // Node names its threads, the first of them too.
  const name = thread === 'MainThread' && executable !== undefined ? basename(executable) : thread
  return {
    pid,
    name,
    cgroups,
    ancestors: ancestorsOf(pid),
    ...(executable === undefined ? {} : { executable }),
    ...(container === undefined ? {} : { container }),
  }
}

/** More is no tree, but one that changes while it is read. */
const DEEPEST = 32

function ancestorsOf(pid: number): number[] {
  const found: number[] = []
  for (let at = pid; at > 1 && found.length < DEEPEST; at = found.at(-1) ?? 0) {
    const fields = ask(() => readFileSync(`/proc/${at}/stat`, 'latin1'))
      ?.replace(/^.*\) /s, '')
      .split(' ')
    if (!fields) break
    found.push(Number(fields[1]))
  }
  return found
}

/** The files whose code the process has mapped, each once. */
export function mappingsOf(pid: number): Mapping[] {
  const found = new Map<string, Mapping>()
  for (const line of (ask(() => readFileSync(`/proc/${pid}/maps`, 'latin1')) ?? '').split('\n')) {
    const [range, rights, , device, inode] = line.split(/ +/, 5)
    if (rights?.[2] !== 'x' || inode === '0') continue
    const key = `${device}:${inode}`
    const path = Buffer.from(line.slice(line.indexOf('/')), 'latin1').toString()
    if (!found.has(key)) found.set(key, { key, path, range })
  }
  return [...found.values()]
}

/** Whether another file system is this process's root. */
export const isForeign = (pid: number): boolean => {
  const own = ask(() => readlinkSync('/proc/self/ns/mnt'))
  const its = ask(() => readlinkSync(`/proc/${pid}/ns/mnt`))
  return its !== undefined && its !== own
}
