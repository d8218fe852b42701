import { expect, it } from 'vitest'
import { lane } from '../contract.ts'
import { Permanent, Transient } from '../port.ts'
import { retrying } from './retrying.ts'

const failing = (...errors: Error[]) => {
  const calls: number[] = []
  return {
    calls,
    publish: async () => {
      calls.push(performance.now())
      const error = errors.shift()
      if (error) throw error
    },
  }
}

it('tries again what may succeed later', async () => {
  const bus = failing(new Transient('busy'), new Transient('busy'))
  await retrying(bus, { firstMs: 1 }).publish(lane(1))
  expect(bus.calls.length).toBe(3)
})

it('waits as long as it is asked to, within its bound', async () => {
  const bus = failing(new Transient('busy', 60), new Transient('busy', 60_000))
  await retrying(bus, { firstMs: 1, mostMs: 80 }).publish(lane(1))
  const [first, second, third] = bus.calls
  expect(second - first).toBeGreaterThan(55)
  expect(third - second).toBeLessThan(1_000)
})

it('ends after its attempts, with the last refusal', async () => {
  const bus = failing(...Array.from({ length: 9 }, (_, index) => new Transient(`busy ${index}`)))
  await expect(retrying(bus, { attempts: 3, firstMs: 1 }).publish(lane(1))).rejects.toThrow('busy 2')
})

it('gives up at once what never succeeds', async () => {
  const bus = failing(new Permanent('no'))
  await expect(retrying(bus).publish(lane(1))).rejects.toThrow('no')
  expect(bus.calls.length).toBe(1)
})
