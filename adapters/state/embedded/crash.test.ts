import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UnusableDirectory } from './directory.ts'
import { openState } from './state.ts'

const LANES = ['a', 'b', 'c', 'd']
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'state-'))
})
afterEach(() => rm(directory, { recursive: true }))

/** Runs the worker, kills it after `ms` of work, and answers the last sequence and cursor of each lane that it was told are kept. */
async function workAndKill(ms: number, sync: 'os' | 'disk') {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.case.ts'), directory, sync], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const gone = once(child, 'exit') // its output ends before it does
  const told = { append: new Map<string, number>(), commit: new Map<string, number>() }
  for await (const line of createInterface(child.stdout)) {
    if (line === 'ready') sleep(ms).then(() => child.kill('SIGKILL'))
    const [, kind, lane, number] = /^(append|commit) (\w) (\d+)$/.exec(line) ?? []
    if (kind) told[kind as 'append' | 'commit'].set(lane, Number(number))
  }
  await gone
  return told
}

async function checkLane(state: Awaited<ReturnType<typeof openState>>, lane: string, told: Awaited<ReturnType<typeof workAndKill>>) {
  const { cursor = 0, checkpoints } = await state.load(lane)
  expect(cursor).toBeGreaterThanOrEqual(told.commit.get(lane) ?? 0)
  for (const bytes of checkpoints.values()) expect(Buffer.compare(bytes, Buffer.alloc(200, `${cursor},`))).toBe(0)
  expect(checkpoints.size).toBe(cursor > 0 ? 50 : 0)
  const entries = await state.read(lane, 0, 1e6)
  const last = entries.at(-1)?.sequence ?? cursor
  expect(last).toBeGreaterThanOrEqual(told.append.get(lane) ?? 0)
  expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: last - cursor }, (_, i) => cursor + i + 1))
  for (const { sequence, entry } of entries)
    expect(Buffer.compare(entry, Buffer.alloc(100 + (sequence % 7) * 300, `${lane}:${sequence};`))).toBe(0)
  return last
}

describe('killed with SIGKILL under load', () => {
  it.each([
    ['os', 10],
    ['disk', 3],
  ] as const)('has all it acknowledged, once, no commit by halves (sync %s)', async (sync, rounds) => {
    let done = 0
    for (let round = 0; round < rounds; round++) {
      const told = await workAndKill(20 + Math.random() * 150, sync)
      const state = await openState({ directory })
      const lasts = await Promise.all(LANES.map((lane) => checkLane(state, lane, told)))
      await state.close()
      done = Math.min(...lasts)
    }
    expect(done, 'every round adds work').toBeGreaterThan(rounds)
  })
})

describe('files that are not whole', () => {
  const journal = async () =>
    join(
      directory,
      (await readdir(directory))
        .filter((name) => name.endsWith('.journal'))
        .sort()
        .at(-1)!,
    )
  const fill = async () => {
    const state = await openState({ directory })
    for (let i = 1; i <= 20; i++) await state.append('l', i, Buffer.from(`entry ${i}`))
    await state.close()
  }
  const lastEntry = async (log: string[] = []) => {
    const state = await openState({ directory, log: (line) => log.push(line) })
    const last = (await state.read('l', 0, 100)).at(-1)
    await state.append('l', 100, Buffer.from('goes on'))
    await state.close()
    return last?.sequence
  }

  it('cuts a record torn at any byte, and goes on', async () => {
    await fill()
    const whole = await readFile(await journal())
    for (let cut = 1; cut < 25; cut++) {
      await writeFile(await journal(), whole.subarray(0, whole.length - cut))
      const log: string[] = []
      expect(await lastEntry(log), `cut by ${cut}`).toBe(19)
      expect(log[0]).toMatch(/cut \d+ bytes of a record that a crash left unfinished/)
      const again = await openState({ directory })
      expect((await again.read('l', 0, 100)).map((entry) => entry.sequence).slice(-2)).toEqual([19, 100])
      await again.close()
    }
  })

  it.each([
    ['garbage', Buffer.from('not a record at all')],
    ['zeros', Buffer.alloc(4096)],
  ])('cuts %s behind the last record', async (_, tail) => {
    await fill()
    const file = await open(await journal(), 'a')
    await file.write(tail)
    await file.close()
    expect(await lastEntry()).toBe(20)
  })

  it('refuses a journal that is damaged before the last, and a damaged snapshot', async () => {
    const state = await openState({ directory })
    await state.append('l', 1, new Uint8Array(100))
    await state.close()
    await writeFile(join(directory, '00000002.journal'), '')
    const { size } = await stat(join(directory, '00000001.journal'))
    await truncate(join(directory, '00000001.journal'), size - 1)
    await expect(openState({ directory })).rejects.toThrow(/00000001\.journal is damaged at byte 0 of \d+/)
    await writeFile(join(directory, '00000002.snapshot'), 'x')
    await expect(openState({ directory })).rejects.toThrow(UnusableDirectory)
  })

  it('ignores a snapshot that was not finished', async () => {
    await fill()
    await writeFile(join(directory, '00000002.snapshot.part'), 'half')
    expect(await lastEntry()).toBe(20)
    expect(await readdir(directory)).not.toContain('00000002.snapshot.part')
  })
})
