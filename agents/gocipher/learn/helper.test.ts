import { closeSync, openSync } from 'node:fs'
import { expect, it } from 'vitest'
import { startHelper } from './helper.ts'

it('says why a library cannot be loaded, however long the trace below it is', async () => {
  const file = openSync('/etc/passwd', 'r')
  const helper = startHelper({ kind: 'gnutls', files: [file], foreign: false })
  await expect(helper.sessions).rejects.toThrow('Failed to load shared library')
  closeSync(file)
})
