import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { KEY_BYTES } from '../secrets/seal.ts'

/** How secrets of TLS sessions are kept and waited for. */
export interface SecretsOptions {
  /** What they are sealed with. */
  key: Uint8Array
  keepMs: number
  /** How long connections wait for theirs, in capture time. */
  waitMs: number
}

const FILE = 'secrets.key'

/** The key of an installation in one directory: made at the first start, and only its owner's to read. Throws when the file holds none. */
export async function keyIn(directory: string): Promise<Uint8Array> {
  const path = join(directory, FILE)
  await mkdir(directory, { recursive: true })
  try {
    const file = await open(path, 'wx', 0o600)
    await file.writeFile(`${randomBytes(KEY_BYTES).toString('base64')}\n`)
    await file.sync()
    await file.close()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  const key = keyOf(await readFile(path, 'utf8'))
  if (!key)
    throw new Error(`${path} holds no key: put it back from a backup, or remove it, and secrets that were kept stay sealed for ever`)
  return key
}

/** 32 bytes in base64, or in 64 hex digits; undefined: it is neither. */
export function keyOf(text: string): Uint8Array | undefined {
  const trimmed = text.trim()
  const bytes = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, 'hex') : Buffer.from(trimmed, 'base64')
  return bytes.length === KEY_BYTES ? bytes : undefined
}
