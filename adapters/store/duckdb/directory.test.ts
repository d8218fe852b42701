import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest'
import { type Scope, StoreUnavailable, StoreUnusable } from '../port.ts'
import { call, DAY, NOON } from '../samples.case.ts'
import { openDuckDb } from './store.ts'

const RED: Scope = { team: 'red', principal: 'tester' }
const run = promisify(execFile)
const child = join(import.meta.dirname, 'crash.case.ts')

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Runs the endless writer until `enough` says so of what it printed, then kills it with SIGKILL. Answers the last number. */
async function killWriter(enough: (said: number[]) => boolean): Promise<number> {
  const writer = spawn(process.execPath, [child, directory], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(writer, 'exit')
  let output = ''
  const said = (): number[] => output.split('\n').slice(0, -1).map(Number)
  writer.stdout.on('data', (chunk: Buffer) => {
    output += chunk
    if (enough(said())) writer.kill('SIGKILL')
  })
  await exited
  return said().at(-1)!
}

it('loses nothing that was flushed when it is killed, and keeps it once when it is written again', async () => {
  const flushed = await killWriter((said) => said.length >= 12)
  const store = await openDuckDb({ directory })
  const all = { from: NOON - DAY, to: NOON + DAY, filter: { kind: 'all' }, size: 1, order: 'newest' } as const
  const { total } = await store.find(RED, 'exchanges', all)
  expect(total).toBeGreaterThanOrEqual(flushed)
  await store.save(
    RED,
    'exchanges',
    Array.from({ length: flushed }, (_, n) => call(`c${n}`, NOON + n, { status: 500 })),
  )
  await store.flush()
  expect((await store.find(RED, 'exchanges', all)).total).toBe(total)
  expect((await store.get(RED, 'exchanges', 'c0'))?.http?.response?.status_code).toBe(500)
  await store.close()
})

it('is used by one at a time: in this process, and by others', async () => {
  const store = await openDuckDb({ directory })
  const refusal = /^another Spider uses the data directory .*: stop it, or choose another with --data$/
  const second = openDuckDb({ directory })
  await expect(second).rejects.toThrow(StoreUnusable)
  await expect(second).rejects.toThrow(refusal)
  const other = run(process.execPath, [child, directory])
  await expect(other).rejects.toThrow(/StoreUnusable: another Spider uses the data directory/)
  await store.close()
  await (await openDuckDb({ directory })).close()
})

it.each([
  [
    'another version of Spider',
    async (file: string) => sql(file, 'CREATE TABLE spider_version AS SELECT 99 AS version'),
    /was written by version 99 of the store, this is version 6: /,
  ],
  ['another program', async (file: string) => sql(file, 'CREATE TABLE other (i INTEGER)'), /was written by another version of the store/],
  ['no database at all', async (file: string) => writeFile(file, 'x'.repeat(50_000)), /are damaged or not Spider's: /],
])('refuses data of %s in one line', async (_, prepare, message) => {
  await prepare(join(directory, 'documents.duckdb'))
  const opened = openDuckDb({ directory })
  await expect(opened).rejects.toThrow(StoreUnusable)
  await expect(opened).rejects.toThrow(message)
  await expect(opened).rejects.toThrow(/^[^\n]+$/)
})

async function sql(file: string, statement: string): Promise<void> {
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run(statement)
  connection.closeSync()
  instance.closeSync()
}

const smallDisk = await mountSmallDisk()
afterAll(async () => {
  if (smallDisk === undefined) return
  await run('umount', ['--lazy', smallDisk])
  await rm(smallDisk, { recursive: true })
})

/** A file system of 12 MB; undefined where this user may not mount one. */
async function mountSmallDisk(): Promise<string | undefined> {
  const at = await mkdtemp(join(tmpdir(), 'small-'))
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', at])
    return at
  } catch (error) {
    await rm(at, { recursive: true })
    console.log(`a full disk is not tried here: ${(error as Error).message.split('\n')[1]}`)
    return undefined
  }
}

it.skipIf(smallDisk === undefined).each(['for lines on their way', 'for the database'])(
  'says that the disk is full, and goes on when there is room: %s',
  async (what) => {
    const filler = join(smallDisk!, 'filler')
    const data = join(smallDisk!, 'data')
    const elsewhere = await mkdtemp(join(tmpdir(), 'incoming-'))
    const store = await openDuckDb({ directory: data })
    try {
      if (what === 'for the database') {
        await rm(join(data, 'incoming'), { recursive: true })
        await symlink(elsewhere, join(data, 'incoming'))
      }
      await store.save(RED, 'exchanges', [call('before', NOON)])
      await store.flush()
      await writeFile(filler, Buffer.alloc(11 << 20))
      const noise = Array.from({ length: 5000 }, (_, n) =>
        call(`c${n}`, NOON + n, { path: `/${Math.random()}${Math.random()}${Math.random()}` }),
      )
      await store.save(RED, 'exchanges', noise)
      for (const flushed of [store.flush(), store.flush()]) {
        await expect(flushed).rejects.toThrow(StoreUnavailable)
        await expect(flushed).rejects.toThrow(/^the disk that holds [^\n]* is full: make room, or shorten the retention$/)
      }
      await expect(store.health()).rejects.toThrow(/is full: make room/)
      await rm(filler)
      await store.flush()
      await store.health()
      expect((await store.extent(RED))?.total).toBe(5001)
      expect(await store.get(RED, 'exchanges', 'before')).toBeDefined()
    } finally {
      await store.close()
      await rm(data, { recursive: true })
      await rm(elsewhere, { recursive: true })
    }
  },
)
