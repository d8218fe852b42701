import { pause, type Route } from './service.ts'

/** The other story to find: every fourth charge is refused at first, and taken when it is tried again. */
export function paymentRoutes(): Route[] {
  let charges = 0
  return [
    [
      'POST',
      /^\/charges$/,
      async ({ body, headers }) => {
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
        return {
          status: 201,
          body: { charge: `ch_${form.get('order')}`, amount: Number(form.get('amount')), currency: form.get('currency') },
        }
      },
    ],
    ['GET', /^\/health$/, () => ({ status: 204 })],
  ]
}
