/** Blobs in files by hand: `node bench/blobs.ts [os|disk]`. Prints MB a second put and got, on the page cache unless `disk`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openBlobs } from '#adapters/blobs/files/blobs.ts'
import type { BlobReference } from '#adapters/blobs/port.ts'

const directory = await mkdtemp(join(tmpdir(), 'bench-blobs-'))
const blobs = await openBlobs({ directory, sync: process.argv[2] === 'disk' ? 'disk' : 'os' })
const rate = (bytes: number, from: number) => `${Math.round(bytes / 1e3 / (performance.now() - from))} MB/s`

for (const [size, count] of [
  [256 << 10, 1200],
  [4 << 10, 20_000],
  [200, 50_000],
] as const) {
  const bytes = new Uint8Array(size).fill(7)
  const references: BlobReference[] = []
  const put = performance.now()
  await atOnce(16, count, async () => void references.push(await blobs.put('bodies', 0, bytes)))
  const putRate = rate(size * count, put)
  const get = performance.now()
  await atOnce(16, count, async (i) => void (await blobs.get(references[i])))
  console.log(`${size} bytes, 16 at once: put ${putRate}, get ${rate(size * count, get)}`)
}
await blobs.close()
await rm(directory, { recursive: true })

async function atOnce(workers: number, count: number, work: (i: number) => Promise<void>) {
  let next = 0
  const run = async () => {
    while (next < count) await work(next++)
  }
  await Promise.all(Array.from({ length: workers }, run))
}
