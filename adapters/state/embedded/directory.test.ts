import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { UnusableDirectory } from './directory.ts'
import { openState } from './state.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'state-'))
})
afterEach(() => rm(directory, { recursive: true }))

const refusal = async () => {
  const error = await openState({ directory }).then(
    () => undefined,
    (thrown: Error) => thrown,
  )
  expect(error).toBeInstanceOf(UnusableDirectory)
  expect(error!.message).not.toContain('\n')
  return error!.message
}

it('is for one at a time, in this process', async () => {
  const state = await openState({ directory })
  expect(await refusal()).toContain(`in use by process ${process.pid}`)
  await state.close()
  await (await openState({ directory })).close()
  expect((await readdir(directory)).filter((name) => name.startsWith('lock'))).toEqual([])
})

it('is for one at a time, among processes, until that one is gone', async () => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.case.ts'), directory, 'os'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await once(child.stdout, 'data')
  expect(await refusal()).toContain(`in use by process ${child.pid}: stop it first`)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await (await openState({ directory })).close()
})

it('is taken from a dead process whose id a new one has', async () => {
  await (await openState({ directory })).close()
  await writeFile(join(directory, 'lock'), `${process.pid} 1 some-other-boot\n`)
  await (await openState({ directory })).close()
})

it('of another version is refused in one line', async () => {
  await writeFile(join(directory, 'format'), 'spider-state 9\n')
  expect(await refusal()).toMatch(/was written by another version \("spider-state 9", this one reads "spider-state 3"\)/)
})

it('that is a file is refused in one line', async () => {
  await writeFile(join(directory, 'file'), '')
  await expect(openState({ directory: join(directory, 'file') })).rejects.toThrow(/cannot be used: EEXIST/)
})
