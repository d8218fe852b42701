import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

/** Runs a command with a file system of 3 MB of its own mounted on `room`. */
const inSmallRoom = (room: string, command: string[]) =>
  spawnSync(
    'unshare',
    ['--mount', '--map-root-user', 'sh', '-c', 'mount -t tmpfs -o size=3m small "$1" && shift && exec "$@"', 'sh', room, ...command],
    {
      encoding: 'utf8',
    },
  )

it('says in one line that the disk is full, keeps what it had, and goes on when there is room again', (context) => {
  const room = mkdtempSync(join(tmpdir(), 'state-'))
  try {
    if (inSmallRoom(room, ['true']).status !== 0) context.skip('a small file system cannot be mounted here (unshare --mount)')
    const { stdout, stderr } = inSmallRoom(room, [process.execPath, join(import.meta.dirname, 'full-disk.case.ts'), room])
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual({
      name: 'StateUnavailable',
      message: 'no space left for the data directory DIR: free some, nothing is taken until then',
      sick: 'StateUnavailable',
      lost: 0,
      after: 'appended',
      lostAfter: 0,
    })
  } finally {
    rmSync(room, { recursive: true })
  }
})
