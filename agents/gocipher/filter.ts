import { basename } from 'node:path'
import type { Options } from './options.ts'
import type { Process } from './processes.ts'

/** Whether a process is one of those asked for: by its name, number and control group, all that are given. */
export function isWanted({ process: names, pid: numbers, cgroup }: Pick<Options, 'process' | 'pid' | 'cgroup'>, process: Process): boolean {
  const { pid, name, executable = '', cgroups } = process
  return (
    (names.length === 0 || names.includes(name) || names.includes(executable) || names.includes(basename(executable))) &&
    (numbers.length === 0 || numbers.includes(pid)) &&
    (cgroup.length === 0 || cgroup.some((text) => cgroups.includes(text)))
  )
}
