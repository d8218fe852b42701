import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { statusClass } from '../logic/bins.ts'
import { completeness } from '../logic/completeness.ts'

/** Name, or address, and port of one end of a call. */
export const endpoint = ({ ip, port, domain }: ExchangeDocument['client']): string => `${domain ?? ip}${port ? `:${port}` : ''}`
export const answered = (call: ExchangeDocument): boolean => call.http?.response !== undefined

/** Whether every byte of the call was captured; what is missing shows when asked. */
export function Badge({ call }: { call: ExchangeDocument }) {
  const { status } = call.spider
  return (
    <span class={`badge badge-${status}`} title={completeness(call).join('\n')}>
      {status === 'complete' ? '✓' : status}
    </span>
  )
}

export function Status({ call }: { call: ExchangeDocument }) {
  const code = call.http?.response?.status_code
  return <span class={`status status-${statusClass(code)}`}>{code ?? (call.spider.status === 'pending' ? '…' : '–')}</span>
}
