import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Row, Subject } from './report.ts'

const measure = fileURLToPath(new URL('idle.ts', import.meta.url))
const CONNECTIONS = 100_000

/** (e) What an open connection costs that had one call and is idle, in one process, from the table up. */
export async function idleBench(): Promise<Subject> {
  const told = execFileSync(process.execPath, [measure, String(CONNECTIONS)], { encoding: 'utf8' })
  return {
    title: '(e) Memory of an open idle connection, bytes',
    rows: told
      .trim()
      .split('\n')
      .map((line): Row => JSON.parse(line)),
    notes: ['Rows of a protocol have what the lane has. Checkpoints count where the state is embedded.'],
  }
}
