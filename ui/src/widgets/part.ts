import { signal } from '@preact/signals'
import { useEffect, useState } from 'preact/hooks'

/** A part of the page that is loaded when it is wanted, as far as it is there. */
export type Part<T> = { state: 'loading' | 'missing'; value?: undefined } | { state: 'there'; value: T }

/** Counts up when a part could not be had, and when those that could not are to be asked for again. */
export const missed = signal(0)
export const again = signal(0)

const had = new WeakMap<() => Promise<unknown>, unknown>()

/** Loads a part, once for all who want it; one that could not be had is asked for when it is wanted again, and when `again` says so. */
export function usePart<T>(load: () => Promise<T>): Part<T> {
  const [part, setPart] = useState<Part<T>>(() => (had.has(load) ? { state: 'there', value: had.get(load) as T } : { state: 'loading' }))
  const turn = again.value
  useEffect(() => {
    if (part.state === 'there') return
    let gone = false
    load().then(
      (value) => {
        had.set(load, value)
        if (!gone) setPart({ state: 'there', value })
      },
      () => {
        missed.value++
        if (!gone) setPart({ state: 'missing' })
      },
    )
    return () => {
      gone = true
    }
  }, [turn])
  return part
}
