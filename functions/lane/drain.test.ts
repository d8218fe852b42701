import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openState } from '#adapters/state/embedded/state.ts'
import type { State } from '#adapters/state/port.ts'
import { LaneDrain } from './drain.ts'
import { Numbers } from './numbers.case.ts'
import { Sweep } from './sweep.ts'

const LANE = 'web/0'
const GAP_MS = 10_000

let directory: string
let state: State
let now: number
let sink: string[]
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'spider-lane-'))
  now = 1_000_000
  state = await openState({ directory, clock: () => now })
  sink = []
})
afterEach(async () => {
  await state.close()
  rmSync(directory, { recursive: true })
})

interface Holder {
  drain: LaneDrain<Numbers>
  /** The works it made, one each time the lane was loaded. */
  works: Numbers[]
}

const holder = (name = 'a', prepare: (work: Numbers) => void = () => undefined, mostMs?: number): Holder => {
  const works: Numbers[] = []
  const open = async (_lane: string, checkpoints: ReadonlyMap<string, Uint8Array>): Promise<Numbers> => {
    const work = new Numbers(checkpoints, sink)
    prepare(work)
    works.push(work)
    return work
  }
  return { drain: new LaneDrain({ state, holder: name, open, batch: 3, gapMs: GAP_MS, mostMs, now: () => now }), works }
}

const append = async (...sequences: number[]): Promise<void> => {
  for (const sequence of sequences) await state.append(LANE, sequence, Uint8Array.of(sequence))
}

describe('a lane', () => {
  it('is done in the order of its sequence, in whatever order it came', async () => {
    await append(3, 1, 5, 2, 4, 7, 6)
    const { drain, works } = holder()
    await drain.drain(LANE)
    expect(works[0].seen).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect((await state.load(LANE)).cursor).toBe(7)
    expect(await state.behind('')).toEqual([])
  })

  it('does nothing for an event that comes again, nor for an entry', async () => {
    await append(1, 2)
    const { drain } = holder()
    await drain.drain(LANE)
    await append(1, 2)
    await drain.drain(LANE)
    expect(sink).toEqual(['1', '2'])
  })

  it('goes on from memory, without loading it again', async () => {
    const { drain, works } = holder()
    for (const sequence of [1, 2, 3]) {
      await append(sequence)
      await drain.drain(LANE)
    }
    expect(works.length).toBe(1)
    expect(works[0].seen).toEqual([1, 2, 3])
  })

  it('commits while it works, when that takes long', async () => {
    await append(1, 2, 3)
    const cursors: (number | undefined)[] = []
    const { drain } = holder('a', (work) => {
      work.before = async () => {
        cursors.push((await state.load(LANE)).cursor)
        now += 700
      }
    })
    await drain.drain(LANE)
    // 1, 2 and its settling, 3 and its settling.
    expect(cursors).toEqual([undefined, undefined, undefined, 2, 2])
  })
})

describe('a missing sequence', () => {
  it('is waited for: what follows it is not done before it', async () => {
    await append(1, 3, 4)
    const { drain } = holder()
    await drain.drain(LANE)
    expect((await state.load(LANE)).cursor).toBe(1)
    now += GAP_MS - 1
    await drain.drain(LANE)
    expect(sink).toEqual(['1'])
    await append(2)
    await drain.drain(LANE)
    expect(sink).toEqual(['1', '2', '3', '4'])
  })

  it('is told as lost after its time, and the lane goes on', async () => {
    await append(1, 4, 5)
    const { drain } = holder()
    await drain.drain(LANE)
    now += GAP_MS
    await drain.drain(LANE)
    expect(sink).toEqual(['1', 'lost 2-3', '4', '5'])
    expect((await state.load(LANE)).cursor).toBe(5)
    expect(await state.append(LANE, 2, Uint8Array.of(2))).toBe('known')
  })

  it('has its time for each gap of its own', async () => {
    await append(2, 4)
    const { drain } = holder()
    await drain.drain(LANE)
    now += GAP_MS
    await drain.drain(LANE)
    expect(sink).toEqual(['lost 1-1', '2'])
    now += GAP_MS
    await drain.drain(LANE)
    expect(sink.slice(2)).toEqual(['lost 3-3', '4'])
  })
})

describe('a gap', () => {
  it('that another holder met first has its time here too', async () => {
    const [a, b] = [holder('a'), holder('b')]
    await append(1, 3)
    await a.drain.drain(LANE)
    now += GAP_MS
    await append(2, 5)
    await b.drain.drain(LANE)
    await a.drain.drain(LANE)
    expect(sink).toEqual(['1', '2', '3'])
  })
})

describe('who stays with a lane', () => {
  it('does what was missing when it comes', async () => {
    await append(1, 3)
    const { drain } = holder()
    const done = drain.attend(LANE)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(sink).toEqual(['1'])
    await append(2)
    await done
    expect(sink).toEqual(['1', '2', '3'])
  })

  it('goes on without it after its time', async () => {
    await append(1, 3)
    const { drain } = holder()
    const done = drain.attend(LANE)
    while (sink.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 20))
    now += GAP_MS
    await done
    expect(sink).toEqual(['1', 'lost 2-2', '3'])
  })

  it('is done when somebody else has done the lane', async () => {
    await append(1, 3)
    const { drain } = holder()
    const done = drain.attend(LANE)
    await new Promise((resolve) => setTimeout(resolve, 20))
    await append(2)
    await holder('b').drain.drain(LANE)
    await done
    expect(sink).toEqual(['1', '2', '3'])
  })
})

describe('a call that takes long', () => {
  const slow = (work: Numbers): void => {
    work.before = async (what) => {
      if (what !== 'settle') now += 400
    }
  }

  it('lets the lane go after its time, with what was done committed, and says that there is more', async () => {
    await append(1, 2, 3, 4, 5)
    const { drain } = holder('a', slow, 1_000)
    expect(await drain.drain(LANE)).toBe(true)
    expect((await state.load(LANE)).cursor).toBe(3)
    expect(await holder('b').drain.drain(LANE)).toBe(false)
    expect(sink).toEqual(['1', '2', '3', '4', '5'])
  })

  it('has no more to say when the time is over with the work', async () => {
    await append(1, 2, 3)
    expect(await holder('a', slow, 1_000).drain.drain(LANE)).toBe(false)
  })

  it('waits for a missing sequence within its time only', async () => {
    await append(1, 3)
    const { drain } = holder('a', undefined, GAP_MS / 2)
    const attended = drain.attend(LANE)
    await new Promise((resolve) => setTimeout(resolve, 20))
    now += GAP_MS / 2
    expect(await attended).toBe(true)
    expect(sink).toEqual(['1'])
  })

  it('is followed by others until all is done, however much comes', async () => {
    await append(1, 2)
    const { drain } = holder(
      'a',
      (work) => {
        work.before = async (what) => {
          if (what === 'settle') return
          now += 400
          if (what < 10) await append(what + 2)
        }
      },
      1_000,
    )
    let calls = 1
    for (; await drain.drain(LANE); calls++) expect(calls).toBeLessThan(10)
    expect(sink).toEqual(Array.from({ length: 11 }, (_, index) => String(index + 1)))
    expect(calls).toBeGreaterThan(2)
  })
})

describe('one that is stopped', () => {
  it('lets the lane go after the entry that it does, and what was done is committed', async () => {
    await append(1, 2, 3)
    const a: Holder = holder('a', (work) => {
      work.before = async (what) => {
        if (what === 2) a.drain.stop()
      }
    })
    await expect(a.drain.drain(LANE)).rejects.toThrow('being stopped')
    expect(sink).toEqual(['1', '2'])
    expect((await state.load(LANE)).cursor).toBe(2)
    await holder('b').drain.drain(LANE)
    expect((await state.load(LANE)).cursor).toBe(3)
    await expect(a.drain.drain(LANE)).rejects.toThrow('being stopped')
  })
})

describe('a failure', () => {
  it('is thrown, and the next try begins at the last commit', async () => {
    await append(1, 2, 3)
    let fail = true
    const { drain, works } = holder('a', (work) => {
      work.before = async (what) => {
        if (what === 3 && fail) throw new Error('the disk is full')
      }
    })
    await expect(drain.drain(LANE)).rejects.toThrow('the disk is full')
    fail = false
    await drain.drain(LANE)
    expect(works.map(({ seen }) => seen)).toEqual([
      [1, 2],
      [1, 2, 3],
    ])
  })

  it('to load the lane leaves it free for the next try', async () => {
    await append(1)
    let fail = true
    const { drain } = holder('a', () => {
      if (fail) throw new Error('the disk is away')
    })
    await expect(drain.drain(LANE)).rejects.toThrow('the disk is away')
    fail = false
    await drain.drain(LANE)
    expect(sink).toEqual(['1'])
  })

  it.each([1, 2, 3, 'settle'] as const)(
    'of the process at %s costs nothing: a new one with the same directory does it again',
    async (where) => {
      await append(1, 2, 3)
      let died = (): void => undefined
      const death = new Promise<void>((resolve) => {
        died = resolve
      })
      const { drain } = holder('a', (work) => {
        work.before = async (what) => {
          if (what !== where) return
          died()
          await new Promise(() => undefined)
        }
      })
      void drain.drain(LANE)
      await death
      await state.close()
      state = await openState({ directory, clock: () => now })
      const again = holder('b')
      await again.drain.drain(LANE)
      expect(again.works[0].seen).toEqual([1, 2, 3])
      expect((await state.load(LANE)).cursor).toBe(3)
    },
  )
})

describe('two holders', () => {
  it('never work on a lane at once, and leave nothing undone', async () => {
    let inside = 0
    const prepare = (work: Numbers): void => {
      work.before = async () => {
        expect(++inside).toBe(1)
        await new Promise((resolve) => setTimeout(resolve, 1))
        inside--
      }
    }
    const [a, b] = [holder('a', prepare), holder('b', prepare)]
    const all: Promise<boolean>[] = []
    for (let sequence = 1; sequence <= 40; sequence++) {
      await append(sequence)
      all.push(a.drain.drain(LANE), b.drain.drain(LANE))
    }
    await Promise.all(all)
    expect(sink).toEqual(Array.from({ length: 40 }, (_, i) => String(i + 1)))
    expect((await state.load(LANE)).cursor).toBe(40)
  })

  it('load the lane when the other had it meanwhile', async () => {
    const [a, b] = [holder('a'), holder('b')]
    for (const [sequence, { drain }] of [a, b, a].entries()) {
      await append(sequence + 1)
      await drain.drain(LANE)
    }
    expect(a.works.map(({ seen }) => seen)).toEqual([[1], [1, 2, 3]])
  })

  it('that was too slow is fenced off: what it did is done by the other, its cursor does not move', async () => {
    await append(1, 2)
    const b = holder('b')
    const a = holder('a', (work) => {
      work.before = async (what) => {
        if (what !== 'settle') return
        now += 60_000 // longer than its lease
        await b.drain.drain(LANE)
        await append(3)
      }
    })
    await expect(a.drain.drain(LANE)).rejects.toMatchObject({ name: 'Fenced' })
    expect((await state.load(LANE)).cursor).toBe(2)
    await b.drain.drain(LANE)
    expect(b.works.at(-1)?.seen).toEqual([1, 2, 3])
  })
})

describe('work that comes while a lane is being let go', () => {
  // The event finds the lane held and goes away: who holds it must look once more.
  it.each(['while it settles', 'after its last look, before it is free', 'in its last look after letting go'])(
    'is done: %s',
    async (when) => {
      await append(1)
      const other = holder('b')
      let first = true
      const once = async (): Promise<void> => {
        if (!first) return
        first = false
        await append(2)
        await other.drain.drain(LANE)
      }
      const release = state.release.bind(state)
      const read = state.read.bind(state)
      let released = false
      if (when.includes('before it is free'))
        state.release = async (lease) => {
          await once()
          await release(lease)
        }
      if (when.includes('after letting go')) {
        state.release = async (lease) => {
          await release(lease)
          released = true
        }
        state.read = async (...args) => {
          if (released) await once()
          return read(...args)
        }
      }
      const { drain } = holder('a', (work) => {
        work.before = async (what) => {
          if (what === 'settle' && when === 'while it settles') await once()
        }
      })
      await drain.drain(LANE)
      expect(sink).toEqual(['1', '2'])
      expect((await state.load(LANE)).cursor).toBe(2)
    },
  )
})

describe('the sweep', () => {
  it('wakes lanes behind, whose event was lost, and no others', async () => {
    await append(1)
    await state.append('web/1', 1, Uint8Array.of(1))
    const woken: string[] = []
    const { drain } = holder()
    const sweep = new Sweep(
      state,
      async (lane) => {
        woken.push(lane)
        await drain.drain(lane)
      },
      () => undefined,
    )
    await sweep.once()
    await sweep.once()
    expect(woken.sort()).toEqual(['web/0', 'web/1'])
  })

  it('tells a lane that fails, and goes on with the others', async () => {
    await append(1)
    await state.append('web/1', 1, Uint8Array.of(1))
    const failed: string[] = []
    const { drain, works } = holder()
    const bad = async (lane: string): Promise<void> => {
      if (lane === LANE) throw new Error('bad')
      await drain.drain(lane)
    }
    await new Sweep(state, bad, (lane, { message }) => failed.push(`${lane} ${message}`)).once()
    expect(failed).toEqual(['web/0 bad'])
    expect(works.length).toBe(1)
  })

  it('goes on by itself until it is stopped', async () => {
    const { drain } = holder()
    const sweep = new Sweep(
      state,
      async (lane) => void (await drain.drain(lane)),
      () => undefined,
    )
    sweep.start(5)
    await append(1)
    while (sink.length < 1) await new Promise((resolve) => setTimeout(resolve, 5))
    await sweep.stop()
    await append(2)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(sink).toEqual(['1'])
  })

  it('goes on when looking for lanes failed', async () => {
    const { drain } = holder()
    const behind = state.behind.bind(state)
    let fails = 2
    state.behind = (prefix) => (fails-- > 0 ? Promise.reject(new Error('away')) : behind(prefix))
    const failed: string[] = []
    const sweep = new Sweep(
      state,
      async (lane) => void (await drain.drain(lane)),
      (lane, { message }) => failed.push(`${lane}: ${message}`),
    )
    await append(1)
    sweep.start(5)
    for (let i = 0; i < 100 && sink.length < 1; i++) await new Promise((resolve) => setTimeout(resolve, 5))
    await sweep.stop()
    expect(sink).toEqual(['1'])
    expect(failed.length).toBe(2)
  })
})
