import { computed, effect, type ReadonlySignal, signal, untracked } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { latest } from '../logic/latest.ts'
import { spanOf } from '../logic/range.ts'
import { type Parameters, read, report } from './api.ts'
import { serverNow } from './clock.ts'
import { renewed } from './connection.ts'
import { following, now, q, range } from './place.ts'

/** What the server said last. While it is asked again, or refuses, the last good answer stays. */
export interface Answer<T> {
  value: T | undefined
  loading: boolean
  problem: string | undefined
}

/** How often what is live is asked again, ms. */
const REFRESH = 2000
const pulse = computed(() => (following.value ? Math.floor(now.value / REFRESH) : 0))

/**
 * Asks the server about what is looked at: `from`, `to` and `q` are those of the page unless `parameters` says otherwise.
 * Asked again when they change, when the server is back, and every two seconds while live. Only the newest question is waited for:
 * others are given up, by the server too, likewise when the component goes. `undefined` as path asks nothing.
 */
export function useAnswer<T>(path: string | undefined, parameters: Parameters = {}): Answer<T> {
  const { answer, question } = useMemo(() => asking<T>(), [])
  const text = path === undefined ? undefined : JSON.stringify([path, parameters])
  useEffect(() => {
    question.value = text
  }, [text])
  useEffect(() => follow(question, answer), [])
  return answer.value
}

const asking = <T>() => ({
  question: signal<string | undefined>(undefined),
  answer: signal<Answer<T>>({ value: undefined, loading: true, problem: undefined }),
})

function follow<T>(question: ReadonlySignal<string | undefined>, answer: { value: Answer<T>; peek(): Answer<T> }): () => void {
  const gone = new AbortController()
  const run = latest()
  const stop = effect(() => {
    void [renewed.value, pulse.value]
    if (question.value === undefined) return
    const [path, parameters] = JSON.parse(question.value) as [string, Parameters]
    const asked = { ...spanOf(range.value, serverNow()), q: q.value, ...parameters }
    untracked(() => {
      answer.value = { ...answer.peek(), loading: true }
      run(async (newer) => {
        try {
          const value = await read<T>(path, asked, AbortSignal.any([newer, gone.signal]))
          answer.value = { value, loading: false, problem: undefined }
        } catch (error) {
          report(error, (problem) => {
            answer.value = { ...answer.peek(), loading: false, problem }
          })
        }
      })
    })
  })
  return () => {
    stop()
    gone.abort()
  }
}
