import { StoreUnavailable, StoreUnusable } from '../port.ts'

/** DuckDB tells its errors apart by text only. */
const FULL = /no space left|ENOSPC|could not write|disk quota/i
const FATAL = /FATAL Error|has been invalidated/
const MEMORY = /^Out of Memory Error/
const LOCKED = /could not set lock/i
const NEWER = /version number|newer version|older version/i
const DAMAGED = /not a valid DuckDB database|corrupt|checksum/i

/** What a failed statement or file operation means for the caller; other errors stay as they are. */
export function storeError(error: unknown, directory: string): unknown {
  if (!(error instanceof Error)) return error
  if (FULL.test(error.message))
    return new StoreUnavailable(`the disk that holds ${directory} is full: make room, or shorten the retention`, { cause: error })
  if (isFatal(error)) return new StoreUnavailable(`the store in ${directory} failed and is being opened anew`, { cause: error })
  if (MEMORY.test(error.message))
    return new StoreUnavailable('the query needs more memory than the store may take: narrow its time range or filter', { cause: error })
  return error
}

/** DuckDB has to be opened anew before it answers again. */
export const isFatal = (error: unknown): boolean => error instanceof Error && FATAL.test(error.message)

/** What a failed opening means for the user. */
export function openError(error: unknown, directory: string, ours: number): unknown {
  if (!(error instanceof Error)) return error
  if (LOCKED.test(error.message)) return inUse(directory)
  if (NEWER.test(error.message)) return otherVersion(directory, 'another', ours)
  if (DAMAGED.test(error.message))
    return new StoreUnusable(`the data in ${directory} are damaged or not Spider's: choose another data directory, or remove this one`, {
      cause: error,
    })
  return storeError(error, directory)
}

export const inUse = (directory: string): StoreUnusable =>
  new StoreUnusable(`another Spider uses the data directory ${directory}: stop it, or choose another with --data`)

export const otherVersion = (directory: string, theirs: string | number, ours: number): StoreUnusable =>
  new StoreUnusable(
    `the data directory ${directory} was written by ${theirs === 'another' ? 'another version' : `version ${theirs}`} of the store, this is version ${ours}: choose another with --data, or remove it`,
  )
