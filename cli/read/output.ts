import { writeSync } from 'node:fs'

const STDOUT = 1
const pause = new Int32Array(new SharedArrayBuffer(4))

/** The reader of standard output is gone: there is nobody left to write for. */
export class OutputClosed extends Error {
  override name = 'OutputClosed'
}

/** Writes all of it to standard output, waiting for a slow reader. Throws `OutputClosed`. */
export function writeOut(bytes: Uint8Array | string, descriptor = STDOUT): void {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  for (let written = 0; written < data.length; ) {
    try {
      written += writeSync(descriptor, data, written)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') throw new OutputClosed()
      if (code !== 'EAGAIN') throw error
      Atomics.wait(pause, 0, 0, 5)
    }
  }
}
