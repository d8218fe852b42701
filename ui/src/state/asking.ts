import { effect, signal, untracked } from '@preact/signals'
import { latest } from '../logic/latest.ts'
import { renewed } from './connection.ts'
import { following } from './place.ts'
import { moving } from './seen.ts'

/** While live, a question rests so many times as long as its answer took, if that is longer than told: else a busy server would do nothing else. */
const REST = 5

/**
 * Asks, and asks again when a signal that `question` reads changes, when the server is back, and while live `every` ms after the last answer.
 * Only the newest question is waited for. `undefined` asks nothing. The answered function ends it.
 */
export function asking(question: () => ((stop: AbortSignal) => Promise<void>) | undefined, every: () => number): () => void {
  const run = latest()
  const due = signal(0)
  let timer: ReturnType<typeof setTimeout> | undefined
  let moved = moving.peek()
  const stop = effect(() => {
    void [renewed.value, due.value]
    const ask = question()
    // What was known when it was paused, or went out of sight, stays as it is.
    const rests = moved && !moving.value && following.value
    moved = moving.value
    clearTimeout(timer)
    if (!ask || rests) return
    untracked(() =>
      run(async (newer) => {
        const began = performance.now()
        await ask(newer)
        if (newer.aborted || !moving.peek()) return
        const wait = Math.max(every(), REST * (performance.now() - began))
        timer = setTimeout(() => moving.peek() && due.value++, wait)
      }),
    )
  })
  return () => {
    stop()
    clearTimeout(timer)
  }
}
