import type { ExchangeDocument } from '#events/documents/exchange.ts'
import { isFromArchive } from '../logic/archive.ts'
import { partOf, resultOf, toneOf } from '../logic/call.ts'
import { completeness } from '../logic/completeness.ts'

/** Name, or address, and port of one end of a call. */
export const endpoint = ({ ip, port, domain }: ExchangeDocument['client']): string => `${domain ?? ip}${port ? `:${port}` : ''}`
export const answered = (call: ExchangeDocument): boolean => partOf(call, 'response') !== undefined

/** Whether every byte of the call was captured; what is missing shows when asked. */
export function Badge({ call }: { call: ExchangeDocument }) {
  const { status } = call.spider
  return (
    <span class={`badge badge-${status}`} title={completeness(call).join('\n')}>
      {isFromArchive(call) ? 'HAR' : status === 'complete' ? '✓' : status}
    </span>
  )
}

export function Status({ call }: { call: ExchangeDocument }) {
  return <span class={`status status-${toneOf(call)}`}>{resultOf(call) ?? (call.spider.status === 'pending' ? '…' : '–')}</span>
}
