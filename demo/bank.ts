import { spawn } from 'node:child_process'
import { ADDRESSES, domainOf } from './places.ts'
import type { Route } from './service.ts'

interface Transfer {
  charge: string
  amount: number
  currency: string
}

const LAST = 10
const AUDIT_EVERY = 3000

/** The bank speaks TLS only: what payment says to it nobody sees who does not have the secrets. */
export function bankRoutes(): Route[] {
  const transfers: Transfer[] = []
  return [
    [
      'POST',
      /^\/transfers$/,
      ({ body }) => {
        const transfer = JSON.parse(body.toString()) as Transfer
        transfers.push(transfer)
        if (transfers.length > LAST) transfers.shift()
        return { status: 201, body: { ...transfer, booked: true } }
      },
    ],
    ['GET', /^\/statement$/, () => ({ body: { transfers } })],
  ]
}

/** An auditor who asks the bank for a statement now and then, by curl with the machine's own TLS library. Without curl there is none. */
export function startAuditor(port: number): { stop(): void } {
  let missing = false
  const ask = (): void => {
    if (missing) return
    const name = domainOf('bank')
    const where = ['--resolve', `${name}:${port}:${ADDRESSES.bank}`, '--interface', ADDRESSES.auditor]
    const child = spawn('curl', ['--silent', '--insecure', '--max-time', '2', ...where, `https://${name}:${port}/statement`], {
      stdio: 'ignore',
    })
    child.on('error', () => {
      missing = true
    })
  }
  ask()
  const timer = setInterval(ask, AUDIT_EVERY)
  return { stop: () => clearInterval(timer) }
}
