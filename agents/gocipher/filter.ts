import { basename } from 'node:path'
import type { Options } from './options.ts'
import type { Process } from './processes.ts'

/** Whether a process is one of those asked for: by its name, its number or an ancestor's, and its control group, all that are given. */
export function isWanted({ process: names, pid: numbers, cgroup }: Pick<Options, 'process' | 'pid' | 'cgroup'>, process: Process): boolean {
  const { pid, name, executable = '', cgroups, ancestors } = process
  return (
    (names.length === 0 || names.includes(name) || names.includes(executable) || names.includes(basename(executable))) &&
    (numbers.length === 0 || [pid, ...ancestors].some((each) => numbers.includes(each))) &&
    (cgroup.length === 0 || cgroup.some((text) => cgroups.includes(text)))
  )
}
