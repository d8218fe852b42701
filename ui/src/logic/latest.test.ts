import { expect, it } from 'vitest'
import { latest } from './latest.ts'

it('runs the first and the newest, one at a time, and tells the first to stop', async () => {
  const log: string[] = []
  const run = latest()
  const work = (name: string) => async (signal: AbortSignal) => {
    log.push(`${name} starts`)
    await new Promise((resolve) => setTimeout(resolve, 5))
    log.push(`${name} ${signal.aborted ? 'stopped' : 'done'}`)
  }
  for (const name of ['a', 'b', 'c']) run(work(name))
  await expect.poll(() => log.length).toBe(4)
  expect(log).toEqual(['a starts', 'a stopped', 'c starts', 'c done'])
})
