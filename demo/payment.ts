import type { Caller } from './call.ts'
import { pause, type Route } from './service.ts'

/** The other story to find: every fourth charge is refused at first, and taken when it is tried again. What is taken goes to the bank. */
export function paymentRoutes(call: Caller): Route[] {
  let charges = 0
  return [
    [
      'POST',
      /^\/charges$/,
      async ({ body, headers, trace }) => {
        const form = new URLSearchParams(body.toString())
        const again = headers['x-attempt'] === '2'
        if (!again && ++charges % 4 === 0) {
          return {
            status: 503,
            headers: { 'retry-after': '0' },
            body: { error: 'the bank does not answer', order: Number(form.get('order')) },
          }
        }
        await pause(15)
        const transfer = { charge: `ch_${form.get('order')}`, amount: Number(form.get('amount')), currency: form.get('currency') }
        await call('bank', { method: 'POST', target: '/transfers', body: transfer, trace })
        return {
          status: 201,
          body: transfer,
        }
      },
    ],
    ['GET', /^\/health$/, () => ({ status: 204 })],
  ]
}
