import { describe, expect, it, vi } from 'vitest'
import { Turns } from './turns.ts'

/** Work that ends when it is told to, and says when it began. */
function work(begun: string[], name: string) {
  const { promise, resolve } = Promise.withResolvers<string>()
  return {
    end: () => resolve(name),
    run: () => {
      begun.push(name)
      return promise
    },
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('let what goes ahead end first, then so many at a time, in their order', async () => {
    const begun: string[] = []
    const [list, a, b, c] = ['list', 'a', 'b', 'c'].map((name) => work(begun, name))
    const turns = new Turns(2, 60_000)
    const answers = [turns.ahead(list.run), ...[a, b, c].map(({ run }) => turns.behind(run))]
    await settled()
    expect(begun).toEqual(['list'])
    list.end()
    await settled()
    expect(begun).toEqual(['list', 'a', 'b'])
    b.end()
    await settled()
    expect(begun).toEqual(['list', 'a', 'b', 'c'])
    a.end()
    c.end()
    expect(await Promise.all(answers)).toEqual(['list', 'a', 'b', 'c'])
  })

  it('give up what nobody waits for, and what fails holds back nobody', async () => {
    const begun: string[] = []
    const turns = new Turns(1, 60_000)
    const stop = new AbortController()
    const list = work(begun, 'list')
    const failing = turns.ahead(() => list.run().then(() => Promise.reject(new Error('gone'))))
    const given = turns.behind(work(begun, 'given up').run, stop.signal)
    const kept = turns.behind(async () => 'kept')
    stop.abort()
    await expect(given).rejects.toThrow(/abort/)
    list.end()
    await expect(failing).rejects.toThrow('gone')
    expect(await kept).toBe('kept')
    expect(begun).toEqual(['list'])
  })

  it('do not wait longer than for so long', async () => {
    vi.useFakeTimers()
    try {
      const begun: string[] = []
      const turns = new Turns(1, 1000)
      const [list, a] = ['list', 'a'].map((name) => work(begun, name))
      void turns.ahead(list.run)
      void turns.behind(a.run)
      await vi.advanceTimersByTimeAsync(999)
      expect(begun).toEqual(['list'])
      await vi.advanceTimersByTimeAsync(1)
      expect(begun).toEqual(['list', 'a'])
    } finally {
      vi.useRealTimers()
    }
  })
})
