/** Child of the crash test: puts blobs as fast as it can, and says on standard output, a line each, what is kept: its number and reference. */
import { writeSync } from 'node:fs'
import { openBlobs } from './blobs.ts'

const blobs = await openBlobs({ directory: process.argv[2], segmentBytes: 1 << 20 })
let next = 0
async function work() {
  for (;;) {
    const number = next++
    const reference = await blobs.put('packets', (number % 3) * 3_600_000, Buffer.alloc(1000 + (number % 50) * 997, `${number},`))
    writeSync(1, `${number} ${reference}\n`)
  }
}
await Promise.all(Array.from({ length: 8 }, work))
