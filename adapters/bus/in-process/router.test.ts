import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { type Event, InvalidEvent } from '#events/define.ts'
import { busContract, lane, packets } from '../contract.ts'
import { type DeadLetters, Permanent, Transient } from '../port.ts'
import { createRouter } from './router.ts'

const TYPES = ['packets.captured.v1', 'lane.advanced.v1']

/** Dead letters in a list. */
function letters(): DeadLetters & { kept: { event: Event; function: string; reason: string; attempts: number }[] } {
  const kept: { event: Event; function: string; reason: string; attempts: number }[] = []
  return {
    kept,
    keep: async (event, func, reason, attempts) => void kept.push({ event, function: func, reason, attempts }),
    list: async () => [],
    take: async () => undefined,
  }
}

const fast = { firstMs: 2, mostMs: 10 }
const wide = { concurrency: 10, maxQueue: 100 }
/** A promise and what resolves it. */
const gate = () => Promise.withResolvers<void>()

busContract('in process', async () => {
  const router = createRouter({ deadLetters: letters(), patienceMs: 10 })
  const received: Event[] = []
  const shut = gate()
  let clogged = false
  router.subscribe('all', TYPES, async (event) => (clogged ? shut.promise : void received.push(event)), wide)
  return {
    bus: router,
    received: async (count) => {
      await vi.waitFor(() => expect(received.length).toBeGreaterThanOrEqual(count))
      return received
    },
    clog: async () => {
      clogged = true
      await Promise.all(Array.from({ length: 100 }, (_, i) => router.publish(lane(i + 100))))
    },
    remove: async () => {
      shut.resolve()
      await router.close()
    },
  }
})

it('gives an event to each function that wants its type, and to no other', async () => {
  const router = createRouter({ deadLetters: letters() })
  const calls: string[] = []
  for (const [name, types] of [
    ['a', TYPES],
    ['b', TYPES.slice(1)],
    ['c', TYPES.slice(0, 1)],
  ] as const)
    router.subscribe(name, types, async (event) => void calls.push(`${name} ${event.type}`), wide)
  await router.publish(lane(1))
  await router.publish(packets(100))
  await router.drained()
  expect(calls.sort()).toEqual(['a lane.advanced.v1', 'a packets.captured.v1', 'b lane.advanced.v1', 'c packets.captured.v1'])
  expect(() => router.subscribe('a', [], async () => {}, wide)).toThrow(/subscribed already/)
})

it('tries again what failed, waiting longer each time, until it is handled', async () => {
  const dead = letters()
  const router = createRouter({ deadLetters: dead, retry: { firstMs: 20, mostMs: 1000 } })
  const times: number[] = []
  router.subscribe(
    'a',
    TYPES,
    async () => {
      times.push(performance.now())
      if (times.length < 4) throw new Error('not yet')
    },
    wide,
  )
  await router.publish(lane(1))
  await router.drained()
  const waits = times.slice(1).map((time, i) => time - times[i])
  for (const [i, wait] of waits.entries()) expect(wait).toBeGreaterThan(20 * 2 ** i * 0.5 - 2)
  expect(router.counters().functions.a).toEqual({ handled: 1, failed: 3, retried: 3, dead: 0, running: 0, queued: 0 })
  expect(dead.kept).toEqual([])
})

it('waits as long as a Transient says', async () => {
  const router = createRouter({ deadLetters: letters(), retry: fast })
  const times: number[] = []
  router.subscribe(
    'a',
    TYPES,
    async () => {
      times.push(performance.now())
      if (times.length === 1) throw new Transient('busy', 80)
    },
    wide,
  )
  await router.publish(lane(1))
  await router.drained()
  expect(times[1] - times[0]).toBeGreaterThan(75)
})

it.each([
  ['Permanent', new Permanent('never'), 1],
  ['InvalidEvent', new InvalidEvent('no such field'), 1],
  ['Transient', new Transient('busy'), 3],
  ['any other error', new TypeError('x is not a function'), 3],
])('puts an event that failed with %s to the dead letters after its tries', async (_, error, attempts) => {
  const dead = letters()
  const log: string[] = []
  const router = createRouter({ deadLetters: dead, retry: { ...fast, attempts: 3 }, log: (line) => log.push(line) })
  router.subscribe(
    'a',
    TYPES,
    async () => {
      throw error
    },
    wide,
  )
  await router.publish(lane(1))
  await router.drained()
  expect(dead.kept).toEqual([{ event: lane(1), function: 'a', reason: error.message, attempts }])
  expect(router.counters().functions.a).toMatchObject({ handled: 0, failed: attempts, dead: 1 })
  expect(log).toHaveLength(1)
})

it('does not lose an event when the dead letters cannot take it', async () => {
  const dead = letters()
  const keep = dead.keep
  let tries = 0
  dead.keep = async (...letter) => {
    if (++tries < 3) throw new Error('no space left on device')
    await keep(...letter)
  }
  const router = createRouter({ deadLetters: dead, retry: fast })
  router.subscribe(
    'a',
    TYPES,
    async () => {
      throw new Permanent('never')
    },
    wide,
  )
  await router.publish(lane(1))
  await router.drained()
  expect(dead.kept).toHaveLength(1)
  expect(router.counters().functions.a.dead).toBe(1)
})

it('lets no failing function disturb another, nor its own other events', async () => {
  const router = createRouter({ deadLetters: letters(), retry: { firstMs: 20_000, mostMs: 60_000 } })
  const handled: number[] = []
  router.subscribe(
    'bad',
    TYPES,
    async () => {
      throw new Error('always')
    },
    wide,
  )
  router.subscribe('good', TYPES, async () => {}, wide)
  router.subscribe(
    'one at a time',
    TYPES,
    async (event) => {
      if (event.sequence === 1) throw new Error('this one')
      handled.push(event.sequence!)
    },
    { concurrency: 1, maxQueue: 100 },
  )
  for (let i = 1; i <= 20; i++) await router.publish(lane(i))
  await vi.waitFor(() => expect([router.counters().functions.good.handled, handled.length]).toEqual([20, 19]), { timeout: 5000 })
  await router.close()
})

it('calls a handler as often at a time as it was told, never more', async () => {
  const router = createRouter({ deadLetters: letters() })
  let running = 0
  let most = 0
  router.subscribe(
    'a',
    TYPES,
    async () => {
      most = Math.max(most, ++running)
      await sleep(2)
      running -= 1
    },
    { concurrency: 3, maxQueue: 100 },
  )
  await Promise.all(Array.from({ length: 30 }, (_, i) => router.publish(lane(i))))
  await router.drained()
  expect(most).toBe(3)
})

it('holds publishers back while a queue is full, then goes on, and never holds more than the bound', async () => {
  const router = createRouter({ deadLetters: letters() })
  const open = gate()
  router.subscribe('slow', TYPES, () => open.promise, { concurrency: 1, maxQueue: 5 })
  let accepted = 0
  const publishing = (async () => {
    for (let i = 0; i < 20; i++) {
      await router.publish(lane(i))
      accepted += 1
    }
  })()
  await vi.waitFor(() => expect(accepted).toBe(5))
  await sleep(20)
  expect([accepted, router.counters().functions.slow.queued]).toEqual([5, 5])
  open.resolve()
  await publishing
  await router.drained()
  expect(router.counters().functions.slow).toMatchObject({ handled: 20, queued: 0 })
})

it('rejects at once when as many wait as there are places, and an event refused by one function goes to none', async () => {
  const router = createRouter({ deadLetters: letters(), patienceMs: 1000 })
  const open = gate()
  let other = 0
  router.subscribe('slow', ['lane.advanced.v1'], () => open.promise, { concurrency: 1, maxQueue: 2 })
  router.subscribe(
    'other',
    ['lane.advanced.v1'],
    async () => {
      other += 1
    },
    wide,
  )
  await router.publish(lane(1))
  await router.publish(lane(2))
  let refused = 0
  const refuse = (error: Error): Error => {
    refused++
    return error
  }
  const waiting = [3, 4].map((i) => router.publish(lane(i)).catch(refuse))
  await expect(router.publish(lane(5))).rejects.toThrow(/queue of function slow is full \(2 events\)/)
  expect(refused).toBe(0)
  for (const refusal of await Promise.all(waiting)) expect(refusal).toBeInstanceOf(Transient)
  expect(other).toBe(2)
  open.resolve()
  await router.drained()
})

it('does not lock up when functions publish to each other with full queues', async () => {
  const router = createRouter({ deadLetters: letters(), patienceMs: 5, retry: { ...fast, attempts: 2 } })
  const narrow = { concurrency: 1, maxQueue: 1 }
  const begun = gate()
  let calls = 0
  router.subscribe(
    'a',
    ['lane.advanced.v1'],
    async () => {
      await begun.promise
      if (++calls < 10) await router.publish(packets(100))
    },
    narrow,
  )
  router.subscribe(
    'b',
    ['packets.captured.v1'],
    async () => {
      begun.resolve()
      if (++calls < 10) await router.publish(lane(2))
    },
    narrow,
  )
  await Promise.all([router.publish(lane(1)), router.publish(packets(100))])
  await router.drained()
  const { a, b } = router.counters().functions
  expect(a.failed + b.failed, 'both held a place that the other waited for').toBeGreaterThan(0)
})

it('lets timers and sockets have their turn, however much functions publish to each other', async () => {
  const router = createRouter({ deadLetters: letters() })
  router.subscribe('a', ['lane.advanced.v1'], () => router.publish(packets(28)), wide)
  router.subscribe('b', ['packets.captured.v1'], () => router.publish(lane(1)), wide)
  await router.publish(lane(1))
  await sleep(5)
  await vi.waitFor(() => expect(router.counters().functions.a.handled).toBeGreaterThan(1))
  await router.close()
})

it('gives a dead letter again to its own function only', async () => {
  const router = createRouter({ deadLetters: letters() })
  const calls: string[] = []
  for (const name of ['a', 'b']) router.subscribe(name, TYPES, async () => void calls.push(name), wide)
  await router.resend('b', lane(1))
  await router.drained()
  expect(calls).toEqual(['b'])
  await expect(router.resend('gone', lane(1))).rejects.toThrow(Permanent)
})

it('when closed takes nothing more, waits for what is under way and drops the rest', async () => {
  const router = createRouter({ deadLetters: letters(), retry: { firstMs: 10_000 } })
  const open = gate()
  let begun = 0
  router.subscribe(
    'a',
    TYPES,
    async (event) => {
      begun += 1
      if (event.sequence === 1) throw new Error('later')
      await open.promise
    },
    { concurrency: 1, maxQueue: 3 },
  )
  for (const i of [1, 2, 3]) await router.publish(lane(i))
  const late = router.publish(lane(4)).catch((error) => error)
  await vi.waitFor(() => expect(begun).toBe(2))
  let closed = false
  const closing = router.close().then(() => {
    closed = true
  })
  expect(await late).toBeInstanceOf(Transient)
  await expect(router.publish(lane(5))).rejects.toThrow(/is being stopped/)
  expect(closed).toBe(false)
  open.resolve()
  await closing
  expect(begun).toBe(2)
})

it('counts what nobody wanted', async () => {
  const router = createRouter({ deadLetters: letters() })
  await router.publish(lane(1))
  expect(router.counters()).toEqual({ functions: {}, unwanted: 1 })
})
