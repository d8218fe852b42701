import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { compile } from './compile.ts'

const place = mkdtempSync(join(tmpdir(), 'compile-'))
afterAll(() => rmSync(place, { recursive: true }))

it('says that its folder cannot be written to, and how to name another', async () => {
  const file = join(place, 'file')
  writeFileSync(file, '')
  const refused = { name: 'Refused', message: expect.stringMatching(/cannot be written to \(ENOTDIR\): name another with --cache$/) }
  await expect(compile('secrets', join(file, 'cache'))).rejects.toMatchObject(refused)
})
