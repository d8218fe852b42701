import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const FORMAT = 'spider-blobs 1'

/** The directory cannot be used; the message is one line for people: what is wrong and how to put it right. */
export class UnusableDirectory extends Error {
  override name = 'UnusableDirectory'
}

/** Makes the directory if need be and checks its version. Throws `UnusableDirectory`. */
export async function checkFormat(directory: string): Promise<void> {
  const file = join(directory, 'format')
  try {
    await mkdir(directory, { recursive: true })
    await writeFile(file, `${FORMAT}\n`, { flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || (error as NodeJS.ErrnoException).path !== file)
      throw new UnusableDirectory(`the blob directory ${directory} cannot be used: ${(error as Error).message}`)
  }
  const found = (await readFile(file, 'utf8')).trim()
  if (found !== FORMAT)
    throw new UnusableDirectory(
      `the blob directory ${directory} was written by another version ("${found.slice(0, 40)}", this one reads "${FORMAT}"): choose another, or move it away`,
    )
}
