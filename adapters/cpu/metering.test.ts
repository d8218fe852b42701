import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import type { LicenseUsage } from '#events/license-usage.ts'

const PROGRAM = fileURLToPath(new URL('metering.case.ts', import.meta.url))
const GROUP = `spider-metering-${process.pid}`

/** Where this kernel counts the CPU of a control group: version 2, or 1. */
const HIERARCHIES = [
  {
    root: '/sys/fs/cgroup',
    marker: 'cgroup.controllers',
    ms: (group: string) => Number(/usage_usec (\d+)/.exec(readFileSync(`${group}/cpu.stat`, 'utf8'))?.[1]) / 1e3,
  },
  {
    root: '/sys/fs/cgroup/cpuacct',
    marker: 'cpuacct.usage',
    ms: (group: string) => Number(readFileSync(`${group}/cpuacct.usage`, 'utf8')) / 1e6,
  },
]
const hierarchy = HIERARCHIES.find(({ root, marker }) => existsSync(`${root}/${marker}`))
const canCount = ((): boolean => {
  try {
    mkdirSync(`${hierarchy?.root}/${GROUP}`)
    return true
  } catch {
    return false // not root, or no such hierarchy: the title of the test says it is left out
  }
})()

/** Runs the program in a control group of its own. Answers its readings, and what the kernel counted. */
async function metered(
  during: (child: ChildProcess, readings: LicenseUsage[]) => void,
  ...args: string[]
): Promise<{ readings: LicenseUsage[]; kernel: number }> {
  const group = `${hierarchy?.root}/${GROUP}`
  const child = spawn('sh', ['-c', `echo $$ > ${group}/cgroup.procs && exec "$0" "$@"`, process.execPath, PROGRAM, ...args])
  const readings: LicenseUsage[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    readings.push(JSON.parse(line) as LicenseUsage)
    during(child, readings)
  })
  const before = hierarchy!.ms(group)
  await once(child, 'close')
  return { readings, kernel: hierarchy!.ms(group) - before }
}

afterAll(() => {
  if (canCount) rmdirSync(`${hierarchy?.root}/${GROUP}`)
})

describe.skipIf(!canCount)('what a process says it used', () => {
  it('is what the kernel counts for its control group, within 2 %', async () => {
    const { readings, kernel } = await metered(() => undefined)
    const { cpu, at, from, meter } = readings[readings.length - 1]
    expect(Math.abs(cpu - kernel) / kernel).toBeLessThan(0.02)
    expect(at - from).toBeGreaterThan(2_000)
    expect(new Set(readings.map((each) => each.meter))).toEqual(new Set([meter]))
  }, 60_000)

  it('lacks at most a little more than a second of work when it is killed', async () => {
    const kill = (child: ChildProcess, readings: LicenseUsage[]): void => {
      if (readings.length === 2) setTimeout(() => child.kill('SIGKILL'), 700)
    }
    const { readings, kernel } = await metered(kill, 'killed')
    expect(readings.length).toBeGreaterThanOrEqual(2)
    expect(kernel - readings[readings.length - 1].cpu).toBeLessThan(4_000)
  }, 60_000)
})
