import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { blobsContract } from '../contract.ts'
import { type BlobReference, BlobsUnavailable } from '../port.ts'
import { HOUR, openBlobs } from './blobs.ts'
import { UnusableDirectory } from './format.ts'

for (const [name, options] of [
  ['files', {}],
  ['small files, few open, synced', { segmentBytes: 4000, maxOpenFiles: 2, sync: 'disk' }],
] as const)
  blobsContract(name, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'blobs-'))
    return { open: () => openBlobs({ directory, ...options }), remove: () => rm(directory, { recursive: true }) }
  })

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'blobs-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('packs blobs into few files, and begins a new one when one is full', async () => {
  const blobs = await openBlobs({ directory, segmentBytes: 100_000 })
  await Promise.all(Array.from({ length: 1000 }, () => blobs.put('bodies', HOUR, new Uint8Array(1000))))
  const after = async () => (await readdir(join(directory, 'bodies'))).length
  for (let i = 0; i < 100; i++) await blobs.put('bodies', HOUR, new Uint8Array(1000))
  expect(await after()).toBeLessThan(20)
  await blobs.close()
})

it('keeps few files open, however many it writes and reads at once', async () => {
  const opened = async () => (await readdir('/proc/self/fd')).length
  const before = await opened()
  const blobs = await openBlobs({ directory, maxOpenFiles: 4 })
  const references = await Promise.all(Array.from({ length: 200 }, (_, i) => blobs.put('packets', i * HOUR, new Uint8Array(100))))
  const reads = Promise.all(references.map((reference) => blobs.get(reference)))
  expect((await opened()) - before).toBeLessThan(12)
  expect((await reads).every((bytes) => bytes?.length === 100)).toBe(true)
  expect((await opened()) - before).toBeLessThan(12)
  await blobs.close()
  expect((await opened()) - before).toBeLessThan(4)
})

it('killed with SIGKILL under load, has all that it answered', async () => {
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'crash.case.ts'), directory], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.stdout.once('data', () => sleep(20 + Math.random() * 80).then(() => child.kill('SIGKILL')))
    const told: string[] = []
    for await (const line of createInterface(child.stdout)) told.push(line)
    const blobs = await openBlobs({ directory })
    for (const line of told) {
      const [number, reference] = line.split(' ')
      const bytes = await blobs.get(reference as BlobReference)
      expect(bytes && Buffer.compare(bytes, Buffer.alloc(1000 + (Number(number) % 50) * 997, `${number},`)), line).toBe(0)
    }
    expect(told.length).toBeGreaterThan(5)
    await blobs.close()
  }
})

it('is shared by several on one machine: none writes into the segments of another', async () => {
  const all = await Promise.all([1, 2, 3].map(() => openBlobs({ directory })))
  const references = await Promise.all(
    all.flatMap((blobs, i) => Array.from({ length: 50 }, () => blobs.put('claims', HOUR, Buffer.alloc(500, i)))),
  )
  for (const blobs of all)
    for (const [i, reference] of references.entries())
      expect(await blobs.get(reference)).toEqual(new Uint8Array(500).fill(Math.floor(i / 50)))
  await Promise.all(all.map((blobs) => blobs.close()))
})

it('says in its health that nothing can be written', async () => {
  const blobs = await openBlobs({ directory: join(directory, 'gone') })
  await blobs.health()
  await rm(join(directory, 'gone'), { recursive: true })
  await expect(blobs.health()).rejects.toThrow(BlobsUnavailable)
  await blobs.close()
})

it('says that a blob is damaged', async () => {
  const blobs = await openBlobs({ directory })
  const reference = await blobs.put('bodies', 0, Buffer.alloc(1000, 'a'))
  const path = join(directory, 'bodies', (await readdir(join(directory, 'bodies')))[0])
  const bytes = await readFile(path)
  bytes[500] ^= 1
  await writeFile(path, bytes)
  await expect(blobs.get(reference)).rejects.toThrow(BlobsUnavailable)
  await expect(blobs.get(reference)).rejects.toThrow(/is damaged/)
  await blobs.close()
})

it('refuses a directory of another version in one line', async () => {
  await writeFile(join(directory, 'format'), 'spider-blobs 7\n')
  await expect(openBlobs({ directory })).rejects.toThrow(UnusableDirectory)
  await expect(openBlobs({ directory })).rejects.toThrow(/another version \("spider-blobs 7"/)
  await expect(openBlobs({ directory: join(directory, 'format') })).rejects.toThrow(/cannot be used/)
})
