import { useEffect, useState } from 'preact/hooks'
import { report } from './api.ts'

export type Read<T> = { state: 'reading' } | { state: 'read'; value: T } | { state: 'failed'; why: string }

/** Reads something for a view, again when `keys` change; what is no longer wanted is broken off. */
export function useRead<T>(read: (stop: AbortSignal) => Promise<T>, keys: unknown[]): Read<T> {
  const [known, setKnown] = useState<Read<T>>({ state: 'reading' })
  useEffect(() => {
    const abort = new AbortController()
    setKnown({ state: 'reading' })
    read(abort.signal).then(
      (value) => !abort.signal.aborted && setKnown({ state: 'read', value }),
      (error: unknown) => report(error, (why) => setKnown({ state: 'failed', why })),
    )
    return () => abort.abort()
  }, keys)
  return known
}
