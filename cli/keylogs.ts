import { createReadStream } from 'node:fs'
import { type KeyLogLine, KeyLogReader } from '#engines/tls/keylog.ts'
import { UsageError } from './usage.ts'

/** Malformed lines that are told one by one. */
const MOST_TOLD = 10

/** What came of a key log: how many lines were used, and a line for people about each that was not. */
export interface KeyLogRead {
  lines: number
  warnings: string[]
}

/** Reads a key log, `-` from standard input. Throws `UsageError` when it cannot be read. */
export async function readKeyLog(path: string, take: (line: KeyLogLine) => void): Promise<KeyLogRead> {
  const warnings: string[] = []
  let [lines, malformed] = [0, 0]
  const reader = new KeyLogReader({
    line(line) {
      lines++
      take(line)
    },
    malformed(number, reason) {
      malformed++
      if (malformed <= MOST_TOLD) warnings.push(`warning: ${path}, line ${number}: ${reason}`)
    },
  })
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) reader.receive(chunk as Buffer)
  } catch (error) {
    throw new UsageError(`--keylog ${path} cannot be read: ${(error as Error).message}`)
  }
  reader.end()
  if (malformed > MOST_TOLD) warnings.push(`warning: ${path}: ${malformed - MOST_TOLD} more lines cannot be used`)
  if (lines === 0) warnings.push(`warning: ${path} has no line that a key log of TLS has (label, client random, secret)`)
  return { lines, warnings }
}
