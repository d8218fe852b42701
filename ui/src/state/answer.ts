import { type ReadonlySignal, signal } from '@preact/signals'
import { useEffect, useMemo } from 'preact/hooks'
import { spanOf } from '../logic/range.ts'
import { type Parameters, read, report } from './api.ts'
import { asking } from './asking.ts'
import { serverNow } from './clock.ts'
import { q, range } from './place.ts'

/** What the server said last. While it is asked again, or refuses, the last good answer stays. */
export interface Answer<T> {
  value: T | undefined
  loading: boolean
  problem: string | undefined
}

/** How often what is live is asked again, ms. */
const REFRESH = 2000

/**
 * Asks the server about what is looked at: `from`, `to` and `q` are those of the page unless `parameters` says otherwise.
 * Asked again when they change, when the server is back, and while live every two seconds, more seldom where answers take long.
 * Only the newest question is waited for: others are given up, by the server too, likewise when the component goes. `undefined` as path asks nothing.
 */
export function useAnswer<T>(path: string | undefined, parameters: Parameters = {}): Answer<T> {
  const { answer, question } = useMemo(() => asked<T>(), [])
  const text = path === undefined ? undefined : JSON.stringify([path, parameters])
  useEffect(() => {
    question.value = text
  }, [text])
  useEffect(() => follow(question, answer), [])
  return answer.value
}

const asked = <T>() => ({
  question: signal<string | undefined>(undefined),
  answer: signal<Answer<T>>({ value: undefined, loading: true, problem: undefined }),
})

function follow<T>(question: ReadonlySignal<string | undefined>, answer: { value: Answer<T>; peek(): Answer<T> }): () => void {
  const gone = new AbortController()
  const stop = asking(
    () => {
      if (question.value === undefined) return undefined
      const [path, parameters] = JSON.parse(question.value) as [string, Parameters]
      const all = { ...spanOf(range.value, serverNow()), q: q.value, ...parameters }
      return async (newer) => {
        answer.value = { ...answer.peek(), loading: true }
        try {
          const value = await read<T>(path, all, AbortSignal.any([newer, gone.signal]))
          answer.value = { value, loading: false, problem: undefined }
        } catch (error) {
          report(error, (problem) => {
            answer.value = { ...answer.peek(), loading: false, problem }
          })
        }
      }
    },
    () => REFRESH,
  )
  return () => {
    stop()
    gone.abort()
  }
}
