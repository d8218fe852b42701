import type { Answer, Caller } from './call.ts'
import type { Item } from './catalogue.ts'
import type { Reply, Request, Route } from './service.ts'
import type { Trace } from './trace.ts'

interface Order {
  id: number
  item: number
  quantity: number
  amount: number
  charge: string
}

/** Takes orders: looks the item up in the catalogue, and has it paid. */
export function orderRoutes(call: Caller): Route[] {
  const orders = new Map<number, Order>()

  const take = async ({ body, trace }: Request): Promise<Reply> => {
    const { item, quantity } = JSON.parse(body.toString()) as { item: number; quantity: number }
    if (!(quantity > 0)) return { status: 422, body: { error: 'quantity must be 1 or more', quantity } }
    const found = await call('catalogue', { target: `/items/${item}`, trace })
    if (found.status !== 200) return { status: 404, body: { error: `no item ${item}` } }
    const { price, stock } = JSON.parse(found.body.toString()) as Item
    if (stock < quantity) return { status: 409, body: { error: `item ${item} is sold out` } }
    const id = 1000 + orders.size
    const paid = await charge(call, id, price * quantity, trace)
    if (paid.status !== 201) return { status: 502, body: { error: 'payment failed', status: paid.status } }
    const order = { id, item, quantity, amount: price * quantity, charge: (JSON.parse(paid.body.toString()) as { charge: string }).charge }
    orders.set(id, order)
    return { status: 201, headers: { location: `/orders/${id}` }, body: order }
  }

  return [
    ['POST', /^\/orders$/, take],
    [
      'GET',
      /^\/orders\/(\d+)$/,
      ({ parts }) => ({
        ...(orders.has(Number(parts[0]))
          ? { body: orders.get(Number(parts[0])) }
          : { status: 404, body: { error: `no order ${parts[0]}` } }),
      }),
    ],
    ['DELETE', /^\/orders\/(\d+)$/, ({ parts }) => ({ status: orders.delete(Number(parts[0])) ? 204 : 404 })],
  ]
}

/** Tried once more when the payment service says that it may help. */
async function charge(call: Caller, order: number, amount: number, trace: Trace): Promise<Answer> {
  const attempt = (number: number) =>
    call('payment', {
      method: 'POST',
      target: '/charges',
      headers: { 'x-attempt': String(number) },
      body: new URLSearchParams({ order: String(order), amount: String(amount), currency: 'EUR' }),
      trace,
    })
  const first = await attempt(1)
  return first.status === 503 ? attempt(2) : first
}
