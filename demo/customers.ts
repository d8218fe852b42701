import type { Call, Caller } from './call.ts'
import { pick } from './random.ts'
import { newTrace } from './trace.ts'

type Wish = (random: () => number) => Omit<Call, 'trace'>

const item = (random: () => number): number => 1 + Math.floor(random() * 62)

/** What customers do, each as often as its share says. Two items and some orders are not there: they get a 404. */
const WISHES: [share: number, wish: Wish][] = [
  [10, () => ({ target: '/' })],
  [8, () => ({ target: '/api/products' })],
  [24, (random) => ({ target: `/api/products/${item(random)}` })],
  [6, (random) => (({ id }) => ({ target: `/api/products/${id}`, headers: { 'if-none-match': `"item-${id}"` } }))({ id: item(random) })],
  [4, (random) => ({ target: `/api/search?q=${pick(random, ['tea', 'cup', 'red', 'glass%20jug', 'samovar'])}` })],
  [2, () => ({ target: '/api/export.csv' })],
  [14, (random) => ({ method: 'POST', target: '/api/orders', body: { item: item(random), quantity: Math.floor(random() * 4) } })],
  [6, (random) => ({ target: `/api/orders/${1000 + Math.floor(random() * 40)}` })],
  [2, (random) => ({ method: 'DELETE', target: `/api/orders/${1000 + Math.floor(random() * 40)}` })],
  [
    4,
    (random) => ({
      method: 'POST',
      target: '/login',
      body: new URLSearchParams({
        user: pick(random, ['ada', 'grace', 'linus']),
        password: pick(random, ['earl grey', 'earl grey', 'oolong']),
      }),
    }),
  ],
]
/** Each wish as often as its share: one throw of the dice picks. */
const TICKETS: Wish[] = WISHES.flatMap(([share, wish]) => Array<Wish>(share).fill(wish))

/** Calls the shop `rate` times a second, evenly, whether or not earlier calls were answered. Gives the function that stops it, once all are answered. */
export function startCustomers(call: Caller, rate: number, random: () => number): () => Promise<void> {
  const started = performance.now()
  const waiting = new Set<Promise<unknown>>()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - started) / 1000) * rate; sent++) {
      const answer = call('gateway', { ...pick(random, TICKETS)(random), trace: newTrace(random) })
      // A customer who gets no answer goes away, and the shop goes on.
      const done = answer.catch(() => undefined).finally(() => waiting.delete(done))
      waiting.add(done)
    }
  }, 10)
  return async () => {
    clearInterval(timer)
    await Promise.all(waiting)
  }
}
